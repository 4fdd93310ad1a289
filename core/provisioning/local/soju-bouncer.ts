import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ProvisionerUnavailable } from '../provisioner.port.ts'
import type { Soju } from './dedicated-sojus.ts'
import { SojuRefusal } from './soju-admin.ts'
import { awaitUser, dropUser, forgetUser, userColumns, withSojuData } from './soju-data.ts'
import {
  parseChannels,
  parseFingerprint,
  parseNetworks,
  parseSasl,
  parseUserEnabled,
  type SojuNetwork,
  type SojuSasl,
} from './soju-text.ts'

/** So long soju may still be deleting a user that it has forgotten already: its database has 5 s for each statement. */
const patienceMs = 6000

/** The commands about one soju user. Refusals that only say that it is so already are successes. */
export class SojuBouncer {
  readonly #soju: Pick<Soju, 'admin' | 'data'>
  readonly username: string

  constructor(soju: Pick<Soju, 'admin' | 'data'>, username: string) {
    this.#soju = soju
    this.username = username
  }

  /** Whether the user is enabled; null when there is no such user. */
  async enabled(): Promise<boolean | null> {
    const lines = await unless(/unknown username/, this.#soju.admin.run('user', 'status', this.username))
    return lines && parseUserEnabled(lines)
  }

  async create(nick: string, realname: string, enabled: boolean): Promise<void> {
    const words = ['user', 'create', '-username', this.username, '-disable-password', '-nick', nick]
    const create = () => this.#soju.admin.run(...words, '-realname', realname, `-enabled=${enabled}`)
    try {
      await create()
    } catch (error) {
      if (!(error instanceof SojuRefusal) || !/could not create user/.test(error.message)) throw error
      if ((await this.#remains()) === 'stored') await this.#makeAgain(create)
      throw new ProvisionerUnavailable('The bouncer does not create the user yet.', { cause: error })
    }
  }

  async setEnabled(enabled: boolean): Promise<void> {
    await this.#soju.admin.run('user', 'update', this.username, `-enabled=${enabled}`)
  }

  async setProfile(nick: string, realname: string): Promise<void> {
    await this.run('user', 'update', '-nick', nick, '-realname', realname)
  }

  /** Setting a password, even none, ends all client sessions and touches no upstream. */
  async signOutClients(): Promise<void> {
    await this.#soju.admin.run('user', 'update', this.username, '-disable-password')
  }

  /** Deletes the user with everything of it; resolves when soju has forgotten it. */
  async delete(): Promise<void> {
    const token = createHash('sha1').update(this.username).digest('hex').slice(0, 6)
    await unless(/unknown username/, this.#soju.admin.run('user', 'delete', this.username, token))
    const remains = await this.#remains()
    if (remains === 'loaded') throw new ProvisionerUnavailable('The bouncer does not delete the user yet.')
    if (remains === 'stored') await withSojuData(this.#soju.data, (db) => dropUser(db, this.username))
  }

  networks = async (): Promise<SojuNetwork[]> => parseNetworks(await this.run('network', 'status'))

  async channels(network: string): Promise<string[]> {
    return parseChannels(await this.run('channel', 'status', '-network', network))
  }

  /** How an upstream signs in; null when there is none of this name. */
  async sasl(network: string): Promise<SojuSasl | null> {
    const lines = await unless(/unknown network/, this.run('sasl', 'status', '-network', network))
    return lines && parseSasl(lines)
  }

  /** Connects anew at once: an update that changes nothing does it. */
  async reconnect(network: string): Promise<void> {
    await unless(/unknown network/, this.run('network', 'update', network, '-ignore-limit'))
  }

  /** SHA-512 of the client certificate in use; null when the upstream signs in otherwise. */
  async fingerprint(network: string): Promise<string | null> {
    const lines = await unless(/./, this.run('certfp', 'fingerprint', '-network', network))
    return lines && parseFingerprint(lines)
  }

  /** Runs a command as this user; nobody's limits count. */
  run(...words: readonly string[]): Promise<string[]> {
    return this.#soju.admin.run('user', 'run', this.username, ...words)
  }

  /**
   * Makes a user again, of all that it has, that soju stores but has not loaded: it crashed on it, or had no time for it,
   * as it gives itself but 5 s for each of thousands that it loads at once.
   */
  async #makeAgain(create: () => Promise<unknown>): Promise<void> {
    const { username } = this
    const { data } = this.#soju
    await withSojuData(data, (db) => {
      awaitUser(db, username, userColumns(db, username) ?? {})
      dropUser(db, username)
    })
    await create()
    await withSojuData(data, (db) => forgetUser(db, username))
  }

  /** Waits until soju neither has the user nor stores it; answers what is still so when that takes too long. */
  async #remains(): Promise<'loaded' | 'stored' | null> {
    for (const end = Date.now() + patienceMs; ; await delay(10)) {
      const isLoaded = (await this.enabled()) !== null
      const isStored = await withSojuData(this.#soju.data, (db) => userColumns(db, this.username) !== null)
      if (!isLoaded && !isStored) return null
      if (Date.now() > end) return isLoaded ? 'loaded' : 'stored'
    }
  }
}

/** The answer, or null when soju's refusal matches. */
export async function unless(refusal: RegExp, answer: Promise<string[]>): Promise<string[] | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof SojuRefusal && refusal.test(error.message)) return null
    throw error
  }
}
