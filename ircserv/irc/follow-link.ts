import { linkSubject } from '@irc-now/core/accounts/one-time-link'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import type { NowServDeps } from './deps.ts'

const patienceMs = 15 * 60_000

/** Of each account one link at most is waited for: the last. */
const waiting = new WeakMap<NowServDeps, Map<string, AbortController>>()

/** Announces what a one-time link that the account was given has come to, whichever process serves its page. */
export async function followLink(
  deps: NowServDeps,
  account: string,
  operation: OperationDescription,
  link: string,
  stopped: AbortSignal,
  announce: (line: string, data?: unknown) => void,
): Promise<void> {
  const others = waiting.get(deps) ?? new Map<string, AbortController>()
  waiting.set(deps, others)
  others.get(account)?.abort()
  const replaced = new AbortController()
  others.set(account, replaced)
  const signal = AbortSignal.any([stopped, replaced.signal, AbortSignal.timeout(patienceMs)])
  const subject = linkSubject(link)
  try {
    for await (const change of deps.events(account, signal)) {
      if (change?.subject !== subject) continue
      const { noun, verb, main } = operation
      return announce(`${noun.toUpperCase()} ${verb.toUpperCase()}: ${change.message}`, {
        [main ?? 'message']: change.message,
      })
    }
  } finally {
    if (others.get(account) === replaced) others.delete(account)
  }
}
