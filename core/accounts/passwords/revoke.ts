import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { notFound } from '../../operation/errors.ts'
import { AppPassword, appPasswordOf, PasswordName } from './password.ts'

export const revokePassword = defineOperation({
  name: 'password.revoke',
  summary: 'Revoke an app password and sign its clients out.',
  description: 'All IRC clients of the account sign in again; those with another password do so by themselves.',
  access: 'member',
  effect: 'destroy',
  confirm: 'name',
  positional: ['name'],
  input: z.object({ name: PasswordName }),
  output: AppPassword,
  errors: ['not_found'],
  examples: ['phone'],
  async handle({ name }, { actor, store, event, enqueue }) {
    const row = await store.passwords.byName(actor.id, name)
    if (!row) throw notFound('password', name)
    await store.passwords.delete(row.id)
    if (row.scope !== 'network') {
      for (const bouncer of await store.bouncers.list(actor.id)) {
        await store.bouncers.change(bouncer.id, {}, { signOuts: true })
        await enqueue(`bouncer/${bouncer.id}`)
      }
    }
    if (row.scope !== 'bouncer') {
      await store.accounts.change(actor.id, {}, true)
      await enqueue(`account/${actor.id}`)
    }
    await event(`password/${name}`, 'password.revoked', `The app password “${name}” was revoked.`)
    return appPasswordOf(row)
  },
})
