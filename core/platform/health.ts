import { hostname } from 'node:os'
import type { ServiceHealth } from '../provisioning/provisioner.port.ts'
import type { Stores } from '../store/stores.ts'
import type { Role } from './configuration.ts'

/** Written every few seconds; not heard of for so long, a process is gone or cut off. */
const staleAfterMs = 15_000

const neededParts: Readonly<Record<string, Role>> = { soju: 'reconcile', ergo: 'reconcile', NowServ: 'nowserv' }

/** The health of this process's parts, live, and that of the other processes' parts as they last told it. */
export function createHealth(options: { readonly homeId: string; readonly database: string }) {
  const parts: { readonly role: Role; ask(): Promise<readonly ServiceHealth[]> }[] = []
  const processOf = (role: Role) => `${options.homeId}/${role}`
  const own = () => [...new Set(parts.map(({ role }) => role))]
  const ask = async (role: Role) =>
    (await Promise.all(parts.filter((part) => part.role === role).map((part) => part.ask()))).flat()

  return {
    add: (role: Role, one: () => Promise<readonly ServiceHealth[]>) => void parts.push({ role, ask: one }),

    /** Tells the other processes. */
    async write(transaction: <T>(work: (store: Stores) => Promise<T>) => Promise<T>): Promise<void> {
      for (const role of own()) {
        const told = await ask(role)
        await transaction((store) => store.health.write(processOf(role), { host: hostname(), pid: process.pid }, told))
      }
    },

    /** A clean end is no illness. */
    async forget(store: Stores): Promise<void> {
      for (const role of own()) await store.health.write(processOf(role), { host: '', pid: 0 }, [])
    },

    async all(store: Stores): Promise<readonly ServiceHealth[]> {
      // Asking the database is the test of it: whoever reads this has come through a transaction.
      const rows = await store.health.others(own().map(processOf), staleAfterMs)
      const others = rows.map(({ name, version, healthy, detail, stale, host, pid, seen }) =>
        stale
          ? {
              name,
              version,
              healthy: false,
              detail: `Process ${pid} on ${host} has not been heard of since ${seen.toISOString().slice(0, 19)}Z.`,
            }
          : { name, version, healthy, detail },
      )
      const all = [
        { name: options.database, healthy: true, version: null, detail: null },
        ...(await Promise.all(own().map(ask))).flat(),
        ...others,
      ]
      const missing = Object.entries(neededParts)
        .filter(([name]) => !all.some((one) => one.name === name))
        .map(([name, role]) => ({
          name,
          healthy: false,
          version: null,
          detail: `No process runs it; start one with IRC_NOW_ROLES=${role}.`,
        }))
      return [...all, ...missing]
    },
  }
}

export type Health = ReturnType<typeof createHealth>
