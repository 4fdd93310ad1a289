import { setTimeout as delay } from 'node:timers/promises'
import { type App, openAccount, refresh } from './app.ts'

/** The platform says something at least this often (its heart-beat is every 15 s); else the connection is dead. */
const silence = 40_000
const firstPause = 500
const longestPause = 15_000

/** Follows the account's changes and reads what is seen again at each, until `signal` ends it. */
export async function followChanges(app: App, signal: AbortSignal): Promise<void> {
  let pause = firstPause
  while (!signal.aborted) {
    const connection = new AbortController()
    const either = AbortSignal.any([signal, connection.signal])
    let watchdog = setTimeout(() => connection.abort(), silence)
    try {
      for await (const _ of app.client.events(either)) {
        clearTimeout(watchdog)
        watchdog = setTimeout(() => connection.abort(), silence)
        pause = firstPause
        if (!app.live) await openAccount(app)
        app.live = true
        // At the first item too: what changed before it would be missed.
        void refresh(app)
      }
    } catch {
      // Whatever it was, the screen says that it is not live, and the next read says why.
    }
    clearTimeout(watchdog)
    if (signal.aborted) return
    app.live = false
    app.changed()
    await delay(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
    pause = Math.min(longestPause, pause * 2)
  }
}
