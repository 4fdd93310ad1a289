import type { Database } from '../store/database.ts'

export interface WakeHearers {
  /** A row wants to be looked at. */
  reconcile?(key: string): void
  /** Wake-ups may have been lost: look at everything. */
  missed?(): void
}

/** Hears the platform's NOTIFY messages once and hands them on: reconcile keys, and accounts that have new events. */
export async function startWake(database: Database, hearers: WakeHearers) {
  const listeners = new Map<string, Set<() => void>>()
  const stop = await database.listen(
    (payload) => {
      const [kind, rest = ''] = payload.split(' ')
      if (kind === 'reconcile') hearers.reconcile?.(rest)
      else for (const hear of listeners.get(rest) ?? []) hear()
    },
    () => {
      hearers.missed?.()
      for (const set of listeners.values()) for (const hear of set) hear()
    },
  )
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
