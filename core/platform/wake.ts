import type { Database } from '../store/database.ts'

/** Hears the platform's NOTIFY messages once and hands them on: reconcile keys, and accounts that have new events. */
export async function startWake(database: Database, reconcile: (key: string) => void) {
  const listeners = new Map<string, Set<() => void>>()
  const stop = await database.listen((payload) => {
    const [kind, rest = ''] = payload.split(' ')
    if (kind === 'reconcile') reconcile(rest)
    else for (const hear of listeners.get(rest) ?? []) hear()
  })
  return {
    /** Calls `hear` at each new event of the account until the answer is called. */
    on(accountId: string, hear: () => void): () => void {
      const set = listeners.get(accountId) ?? new Set()
      listeners.set(accountId, set.add(hear))
      return () => {
        set.delete(hear)
        if (set.size === 0) listeners.delete(accountId)
      }
    },
    stop,
  }
}
