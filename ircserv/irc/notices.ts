import type { NowServDeps, WaitingNotice } from './deps.ts'

/** What the notices need of NowServ’s connection. */
export interface NoticeLink {
  /** Whether NowServ may speak: it is on the network, and no other is in its place. */
  ready(): boolean
  send(nick: string, text: string): void
  /** Asks the server who has that nick. */
  whois(nick: string): void
  /** Lets the server tell when somebody comes to have that nick, or no longer. */
  monitor(change: '+' | '-', nick: string): void
}

export interface Notices {
  /** NowServ has come to the network. */
  begin(): void
  /** What the server says of a nick that was asked about; null is that nobody has it, or that nobody has signed in. */
  heard(nick: string, account: string | null): void
  /** Somebody has come who was waited for. */
  online(nicks: readonly string[]): void
  /** The network is lost. */
  end(): void
  /** Resolves once what is being told has arrived. */
  stop(): Promise<void>
}

/** The server keeps so many nicks in mind for one client, less some. */
const mostMonitored = 90

/**
 * Tells members what they must know without having asked: by NOTICE, once they are on the network as themselves. What
 * was not said waits in the database, so it is said after a restart, or when its member comes.
 */
export function createNotices(deps: NowServDeps, link: NoticeLink, everyMs = 5 * 60_000): Notices {
  const { notices } = deps
  /** Accounts that were not there when they were last looked for. */
  const away = new Set<string>()
  const monitored = new Set<string>()
  const asked = new Map<string, ((account: string | null) => void)[]>()
  let looking: Promise<void> | undefined
  let again = false

  /** A nick is its account’s alone, but an account that has never been here has no nick yet: so its sign-in is asked for. */
  async function isHere(account: string): Promise<boolean> {
    const key = account.toLowerCase()
    const found = await new Promise<string | null>((resolve) => {
      asked.set(key, [...(asked.get(key) ?? []), resolve])
      link.whois(account)
    })
    return found?.toLowerCase() === key
  }

  function waitFor(account: string): void {
    away.add(account.toLowerCase())
    if (monitored.has(account.toLowerCase()) || monitored.size >= mostMonitored) return
    monitored.add(account.toLowerCase())
    link.monitor('+', account)
  }

  function waitNoLonger(account: string): void {
    away.delete(account.toLowerCase())
    if (monitored.delete(account.toLowerCase())) link.monitor('-', account)
  }

  async function tell(account: string, waiting: readonly WaitingNotice[]): Promise<void> {
    if (!(await isHere(account))) {
      if (link.ready()) waitFor(account)
      return
    }
    if (!link.ready()) return
    for (const { message } of waiting) link.send(account, message)
    // An answer from behind them says that they have arrived, if the member is still there to have seen them.
    if (!(await isHere(account))) {
      if (link.ready()) waitFor(account)
      return
    }
    await notices?.said(waiting.map(({ id }) => id))
    waitNoLonger(account)
  }

  function look(): void {
    again = true
    if (!notices) return
    looking ??= lookWhileAsked(notices).finally(() => {
      looking = undefined
      if (again && link.ready()) look()
    })
  }

  async function lookWhileAsked({ waiting: read }: NonNullable<NowServDeps['notices']>): Promise<void> {
    try {
      while (again && link.ready()) {
        again = false
        const waiting = await read([...away])
        for (const [account, some] of Map.groupBy(waiting, (one) => one.account)) {
          if (!link.ready()) break
          await tell(account, some)
        }
        // There may be more behind what was read: everybody of whom something was is told now, or away.
        if (waiting.length > 0) again = true
      }
    } catch (err) {
      deps.log.warn({ err }, 'NowServ could not tell what members are to know; it tries again')
    }
  }

  const unfollow = notices?.follow(look)
  const timer = setInterval(() => {
    // Also whoever the server watches for us: it does not say that somebody who is there has signed in.
    away.clear()
    look()
  }, everyMs)
  timer.unref()

  function end(): void {
    for (const waiting of asked.values()) for (const resolve of waiting) resolve(null)
    asked.clear()
    away.clear()
    monitored.clear()
  }

  return {
    begin: look,
    heard(nick, account) {
      const waiting = asked.get(nick.toLowerCase()) ?? []
      asked.delete(nick.toLowerCase())
      for (const resolve of waiting) resolve(account)
    },
    online(nicks) {
      const wanted = nicks.filter((nick) => away.delete(nick.toLowerCase()))
      if (wanted.length > 0) look()
    },
    end,
    async stop() {
      clearInterval(timer)
      unfollow?.()
      await looking
    },
  }
}
