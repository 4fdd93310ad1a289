import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { notFound } from '../operation/errors.ts'
import { reviewAccount } from './review.ts'

const limits = { bouncer: 'bouncers', upstream: 'upstreams' } as const

export const keepPlan = defineOperation({
  name: 'plan.keep',
  summary: 'Say what stays where you have more than your plan allows.',
  description: 'The rest is stopped, never deleted. Those named come first, in their order, then the oldest.',
  access: 'member',
  effect: 'write',
  positional: ['noun', 'names'],
  input: z.object({
    noun: z.enum(['bouncer', 'upstream']).describe('Of what there are too many.'),
    names: z.array(z.string().max(64)).min(1).max(50).describe('What stays, by name.'),
  }),
  output: z.object({ stays: z.array(z.string()), stopped: z.array(z.string()) }),
  errors: ['not_found'],
  examples: ['upstream libera,oftc'],
  async handle({ noun, names }, { actor, store, now }) {
    const things = async () => {
      const bouncers = (await store.bouncers.list(actor.id)).filter(({ deleted_at }) => deleted_at === null)
      if (noun === 'bouncer') return bouncers
      const upstreams = await Promise.all(bouncers.map(({ id }) => store.upstreams.list(id)))
      return upstreams.flat().filter(({ managed }) => !managed)
    }
    const known = await things()
    const missing = names.find((name) => !known.some((one) => one.name === name))
    if (missing !== undefined) throw notFound(noun, missing)
    await store.billing.choose(actor.id, limits[noun], names)
    await reviewAccount(store, actor.id, now)
    const after = await things()
    const namesOf = (over: boolean) => after.filter(({ over_limit }) => over_limit === over).map(({ name }) => name)
    return { stays: namesOf(false), stopped: namesOf(true) }
  },
})
