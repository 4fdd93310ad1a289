import { setTimeout as delay } from 'node:timers/promises'
import type { SojuBouncer } from './soju-bouncer.ts'
import { newestFrom, withSojuData } from './soju-data.ts'

/** So long a notice may be on its way to soju. */
const patienceMs = 5000
/** From soju to its clients it is written at once, but nothing says when it was. */
const lastWayMs = 250

export interface Notice {
  readonly bouncer: Pick<SojuBouncer, 'username' | 'networks'>
  /** Its soju's database. */
  readonly data: string
  /** The upstream by which its clients hear it. */
  readonly network: string
  /** Who says it there. */
  readonly nick: string
  /** Says it, to the bouncer's nick. */
  say(): Promise<unknown>
}

/** Tells a bouncer's clients something by a network; resolves when they have it, as far as they are there to hear it. */
export async function tellClients({ bouncer, data, network, nick, say }: Notice): Promise<void> {
  // A soju that is too busy to say so may pass it on all the same.
  const networks = await bouncer.networks().catch(() => [])
  const isOn = networks.some(({ name, state }) => name === network && state === 'connected')
  // soju keeps it before it passes it on.
  const kept = () => withSojuData(data, (db) => newestFrom(db, bouncer.username, nick))
  const before = await kept()
  await say()
  const end = performance.now() + patienceMs
  while (isOn && (await kept()) === before && performance.now() < end) await delay(20)
  await delay(lastWayMs)
}
