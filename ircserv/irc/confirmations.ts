import type { Command } from './command.ts'

const lifeMs = 60_000

/** Single-use codes, each bound to an account and to the exact command, good for 60 s. */
export function createConfirmations(deps: { now(): number; random(bytes: number): Buffer }) {
  const codes = new Map<string, { code: string; until: number }>()
  const keyOf = (account: string, { operation, input, as }: Command) =>
    JSON.stringify([account.toLowerCase(), operation.name, Object.entries(input).sort(), as ?? null])
  return {
    issue(account: string, command: Command): string {
      const now = deps.now()
      for (const [key, { until }] of codes) if (until < now) codes.delete(key)
      const code = deps.random(4).toString('hex')
      codes.set(keyOf(account, command), { code, until: now + lifeMs })
      return code
    },
    /** True once for the right code; a wrong one uses the right one up, so that it can't be guessed. */
    redeem(account: string, command: Command): boolean {
      const key = keyOf(account, command)
      const known = codes.get(key)
      codes.delete(key)
      return known !== undefined && known.until >= deps.now() && known.code === command.confirm
    },
  }
}
