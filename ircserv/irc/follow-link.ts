import { setTimeout as delay } from 'node:timers/promises'
import { linkSubject } from '@irc-now/core/accounts/one-time-link'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { passes } from '@irc-now/core/operation/settle'
import type { NowServDeps } from './deps.ts'

/** How long a link can be used, and is waited for. */
const lifeMs = 15 * 60_000
/** Links of one account that are waited for at once; the oldest goes for one more. */
const mostOpen = 20
const firstPauseMs = 250
const longestPauseMs = 5000

export interface GivenLink {
  readonly link: string
  readonly since: string
}

interface OpenLink {
  readonly until: number
  announce(message: string): void
}

/** Each account's links by their subject, as long as there are any; one listener an account serves them all. */
const waiting = new WeakMap<NowServDeps, Map<string, Map<string, OpenLink>>>()

/**
 * Announces what a one-time link that the account was given has come to, whichever process serves its page; `since` is
 * the account’s last change before the link was made.
 */
export async function followLink(
  deps: NowServDeps,
  account: string,
  operation: OperationDescription,
  { link, since }: GivenLink,
  stopped: AbortSignal,
  announce: (line: string, data?: unknown) => void,
): Promise<void> {
  const { noun, verb, main } = operation
  const open: OpenLink = {
    until: deps.now() + lifeMs,
    announce: (message) =>
      announce(`${noun.toUpperCase()} ${verb.toUpperCase()}: ${message}`, { [main ?? 'message']: message }),
  }
  const accounts = waiting.get(deps) ?? new Map<string, Map<string, OpenLink>>()
  waiting.set(deps, accounts)
  const known = accounts.get(account)
  const links = known ?? new Map<string, OpenLink>()
  links.set(linkSubject(link), open)
  if (links.size > mostOpen) links.delete(links.keys().next().value!)
  if (known) return
  accounts.set(account, links)
  // At once, so that a link that is given a moment later finds no listener that is about to end.
  const end = () => accounts.delete(account)
  await listen(deps, account, links, since, stopped, end).finally(() => {
    if (accounts.get(account) === links) end()
  })
}

/** Goes on after a failed read where it was, until no link is left. */
async function listen(
  deps: NowServDeps,
  account: string,
  links: Map<string, OpenLink>,
  since: string,
  stopped: AbortSignal,
  end: () => void,
): Promise<void> {
  let last = since
  const anyLeft = () => {
    for (const [subject, { until }] of links) if (until <= deps.now()) links.delete(subject)
    if (links.size === 0) end()
    return links.size > 0
  }
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    try {
      for await (const change of deps.events(account, stopped, last)) {
        last = change?.id ?? last
        const open = change && links.get(change.subject)
        if (open) {
          links.delete(change.subject)
          open.announce(change.message)
        }
        if (!anyLeft()) return
      }
    } catch (err) {
      if (stopped.aborted) return
      if (err instanceof OperationError && !passes(err)) throw err
      deps.log.warn({ err, account }, 'NowServ could not look whether a link was used; it tries again')
    }
    if (stopped.aborted || !anyLeft()) return
    await delay(pauseMs, undefined, { signal: stopped }).catch(() => undefined)
  }
}
