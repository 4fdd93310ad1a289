import type { Stores } from '../store/stores.ts'
import type { Entitlements } from './entitlements.ts'

export interface Thing {
  readonly id: string
  readonly name: string
  readonly overLimit: boolean
}

/**
 * Which of these stay where there is room for so many: those the member has named, in their order, then the oldest.
 * `things` are the oldest first. Pure.
 */
export function staying(things: readonly Thing[], room: number | null, chosen: readonly string[]): ReadonlySet<string> {
  if (room === null) return new Set(things.map(({ id }) => id))
  const named = chosen.flatMap((name) => things.filter((one) => one.name === name))
  const order = [...new Set([...named, ...things])]
  return new Set(order.slice(0, room).map(({ id }) => id))
}

/**
 * Stops what is more than the plan allows, and lets go on what it allows again: nothing is deleted. Told apart from what
 * the member has switched off, so that their own settings come back. Answers what has changed, in words.
 */
export async function holdToLimits(
  store: Stores,
  accountId: string,
  { limits }: Pick<Entitlements, 'limits'>,
): Promise<string[]> {
  const choices = await store.billing.choices(accountId)
  const chosen = (limit: string): string[] =>
    JSON.parse(choices.find(({ limit_name }) => limit_name === limit)?.names ?? '[]')
  const rows = (await store.bouncers.list(accountId)).filter(({ deleted_at }) => deleted_at === null)
  const changed: string[] = []
  const touched = new Set<string>()
  const hold = async (
    noun: string,
    things: readonly (Thing & { readonly bouncerId: string })[],
    stay: ReadonlySet<string>,
    set: (id: string, over: boolean) => Promise<unknown>,
    [stopped, goesOn]: readonly [string, string] = ['is stopped', 'goes on'],
  ) => {
    for (const { id, name, overLimit, bouncerId } of things) {
      const over = !stay.has(id)
      if (over === overLimit) continue
      await set(id, over)
      touched.add(bouncerId)
      changed.push(`the ${noun} “${name}” ${over ? stopped : goesOn}`)
    }
  }
  const bouncers = rows.map(({ id, name, over_limit }) => ({ id, name, overLimit: over_limit, bouncerId: id }))
  const running = staying(bouncers, limits.bouncers.value, chosen('bouncers'))
  await hold('bouncer', bouncers, running, (id, over) => store.bouncers.setOverLimit(id, over))

  const dedicated = rows
    .filter(({ placement }) => placement === 'dedicated')
    .map(({ id, name, over_dedicated }) => ({ id, name, overLimit: over_dedicated, bouncerId: id }))
  await hold(
    'bouncer',
    dedicated,
    staying(dedicated, limits['bouncer.dedicated'].value, chosen('bouncers')),
    (id, over) => store.bouncers.setOverDedicated(id, over),
    ['moves to the shared one', 'moves to one of its own again'],
  )

  const upstreams = (await Promise.all(rows.map(({ id }) => store.upstreams.list(id))))
    .flat()
    .filter(({ managed }) => !managed)
    .sort((a, b) => a.created_at.getTime() - b.created_at.getTime() || (a.id < b.id ? -1 : 1))
    .map(({ id, name, over_limit, bouncer_id }) => ({ id, name, overLimit: over_limit, bouncerId: bouncer_id }))
  const [room, names] = [limits.upstreams.value, chosen('upstreams')]
  // A bouncer that is stopped takes no room from one that runs, whose upstreams may have the same names.
  const [used, idle] = [true, false].map((runs) => upstreams.filter(({ bouncerId }) => running.has(bouncerId) === runs))
  const first = staying(used!, room, names)
  const rest = staying(idle!, room === null ? null : room - first.size, names)
  await hold('upstream', upstreams, new Set([...first, ...rest]), (id, over) => store.upstreams.setOverLimit(id, over))

  for (const id of touched) {
    await store.bouncers.change(id, {})
    store.wake(`reconcile bouncer/${id}`)
  }
  return changed
}
