import { setTimeout as delay } from 'node:timers/promises'
import { faultPoint } from '../../operation/faults.ts'
import { type DesiredBouncer, ProvisionerUnavailable } from '../provisioner.port.ts'
import { copyUser } from './copy-user.ts'
import type { DedicatedSojus, Soju } from './dedicated-sojus.ts'
import { otherSide, type Placements, type Side } from './placements.ts'
import { SojuBouncer } from './soju-bouncer.ts'
import { awaitUser, deleteParked, forgetUser, isParked, park, userColumns, withSojuData } from './soju-data.ts'

/** A failed move is tried again after so long, doubled each time: every try ends the bouncer's connections. */
const firstPauseMs = 60_000
const longestPauseMs = 6 * 3600_000
/** So long whoever comes waits for a bouncer that is nowhere; soju gives nobody longer to sign in either. */
const patienceMs = 30_000

export interface MoveDeps {
  readonly shared: Pick<Soju, 'admin' | 'data'>
  readonly dedicated: DedicatedSojus
  readonly placements: Placements
  /** Tells the bouncer's clients what is about to happen. */
  tell(desired: DesiredBouncer, text: string): Promise<void>
  now(): number
  log(line: string): void
}

type User = Pick<DesiredBouncer, 'username' | 'nick' | 'realname' | 'enabled'>

export function createMoves({ shared, dedicated, placements, tell, now, log }: MoveDeps) {
  /** Those that are nowhere for a moment, until they are somewhere again; also where our end has cut a move short. */
  const away = new Map(
    placements
      .usernames()
      .filter((username) => placements.of(username).move !== null)
      .map((username) => [username, Promise.withResolvers<void>()]),
  )
  function back(username: string): void {
    away.get(username)?.resolve()
    away.delete(username)
  }

  const sojuAt = async (side: Side, username: string) => (side === 'shared' ? shared : dedicated.open(username))

  async function bouncerOf(username: string, side = placements.of(username).side): Promise<SojuBouncer> {
    return new SojuBouncer(await sojuAt(side, username), username)
  }

  /** Makes the user of what is parked on a side, where something is. */
  async function enliven(side: Side, user: User): Promise<void> {
    const { username } = user
    const { data } = await sojuAt(side, username)
    const parked = await withSojuData(data, (db) => isParked(db, username))
    if (!parked) return void (await withSojuData(data, (db) => forgetUser(db, username)))
    const bouncer = await bouncerOf(username, side)
    // Parking was cut short: what the user had is parked, and nothing else is its own.
    if ((await bouncer.enabled()) !== null) await bouncer.delete()
    await withSojuData(data, (db) => awaitUser(db, username, placements.of(username).user ?? {}))
    faultPoint('move')
    await bouncer.create(user.nick, user.realname, user.enabled)
    faultPoint('move')
    await withSojuData(data, (db) => forgetUser(db, username))
  }

  /** Takes away all that a side has of the bouncer. */
  async function clear(side: Side, username: string): Promise<void> {
    if (side === 'dedicated') return dedicated.remove(username)
    // soju gives up deleting a long history after 5 s, so only the user is left to it.
    await withSojuData(shared.data, (db) => park(db, username))
    await (await bouncerOf(username, side)).delete()
    await withSojuData(shared.data, (db) => deleteParked(db, username))
  }

  /** Ends a move that was cut short, on whichever side it had come to; does nothing where there is none. */
  async function settle(user: User): Promise<void> {
    const { username } = user
    const placement = placements.of(username)
    if (placement.move === null) return
    await enliven(placement.side, user)
    back(username)
    faultPoint('move')
    await clear(otherSide(placement.side), username)
    faultPoint('move')
    if (placement.side === 'shared' && placement.failed === null) await placements.remove(username)
    else await placements.write(username, { ...placement, move: null, user: null })
  }

  /**
   * Moves a bouncer with all it has. Until the placement is written anew the old side has the truth, from then on the new
   * one; on the other side is never more than what may be thrown away.
   */
  async function move(desired: DesiredBouncer, progress: (step: string) => void): Promise<void> {
    const { username, placement: to } = desired
    const from = otherSide(to)
    const source = await sojuAt(from, username)
    const user = await withSojuData(source.data, (db) => userColumns(db, username))
    const { failed } = placements.of(username)
    // Before there is anything on the other side, so that it is taken away again even where that cannot be opened.
    await placements.write(username, { side: from, move: 'copying', user, failed })
    faultPoint('move')
    const target = await sojuAt(to, username)
    if (user) {
      await clearParkedOn(to, username)
      progress(to === 'dedicated' ? 'moving to a bouncer of its own' : 'moving to the shared bouncer')
      const where = to === 'dedicated' ? 'a bouncer of its own' : 'the shared bouncer'
      const copied = await copyUser(source.data, target.data, username)
      faultPoint('move')
      // A move does not wait for a network that is down.
      await tell(
        desired,
        `Your bouncer moves to ${where} now: it is away for a few seconds, and comes back with all it has.`,
      ).catch((error: Error) => log(`${username} was not told of its move: ${error.message}`))
      away.set(username, Promise.withResolvers())
      await withSojuData(source.data, (db) => park(db, username))
      faultPoint('move')
      await (await bouncerOf(username, from)).delete()
      faultPoint('move')
      await copyUser(source.data, target.data, username, copied)
      faultPoint('move')
    }
    await placements.write(username, { side: to, move: 'switched', user, failed: null })
    faultPoint('move')
    await settle(desired)
  }

  async function clearParkedOn(side: Side, username: string): Promise<void> {
    const { data } = await sojuAt(side, username)
    await withSojuData(data, (db) => deleteParked(db, username))
  }

  return {
    bouncerOf,
    /** Resolves when the bouncer is somewhere, which it is but for a moment of a move; rejects when that lasts too long. */
    async somewhere(username: string): Promise<void> {
      const until = away.get(username)?.promise
      if (until) await Promise.race([until, delay(patienceMs, undefined, { ref: false })])
      if (away.has(username)) throw new ProvisionerUnavailable('The bouncer is being moved.')
    },
    settle,
    /** Brings the bouncer to where it should be. Answers why not, where it stays for now on the side where it was. */
    async place(desired: DesiredBouncer, progress: (step: string) => void): Promise<string | null> {
      const { username } = desired
      await settle(desired)
      const { side, failed } = placements.of(username)
      if (side === desired.placement) return null
      const why = 'The bouncer could not be moved; it stays where it was and is moved later.'
      if (failed && now() < failed.at + Math.min(longestPauseMs, firstPauseMs * 2 ** (failed.times - 1))) return why
      try {
        await move(desired, progress)
        return null
      } catch (error) {
        log(`moving ${username} failed: ${(error as Error).message}`)
        const placement = placements.of(username)
        // On the other side already: what is left is done by the next application.
        if (placement.side === desired.placement) throw error
        await placements.write(username, { ...placement, failed: { at: now(), times: (failed?.times ?? 0) + 1 } })
        await settle(desired)
        return why
      }
    },
    /** Removes the bouncer with all that it has, wherever it is. */
    async remove(username: string): Promise<void> {
      // First, so that a client that comes back meanwhile does not start a soju of its own again.
      await placements.write(username, { side: 'shared', move: 'switched', user: null, failed: null })
      faultPoint('move')
      await dedicated.remove(username)
      await clear('shared', username)
      await placements.remove(username)
      back(username)
    },
  }
}

export type Moves = ReturnType<typeof createMoves>
