import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ProvisionerUnavailable } from '../provisioner.port.ts'
import { type SojuAdmin, SojuRefusal } from './soju-admin.ts'
import { userCounts } from './soju-service.ts'
import {
  parseChannels,
  parseFingerprint,
  parseNetworks,
  parseSasl,
  parseUserEnabled,
  type SojuNetwork,
  type SojuSasl,
} from './soju-text.ts'

/** The commands about one soju user. Refusals that only say that it is so already are successes. */
export class SojuBouncer {
  readonly #admin: SojuAdmin
  readonly #restartSoju: () => void
  readonly username: string

  constructor(admin: SojuAdmin, restartSoju: () => void, username: string) {
    this.#admin = admin
    this.#restartSoju = restartSoju
    this.username = username
  }

  /** Whether the user is enabled; null when there is no such user. */
  async enabled(): Promise<boolean | null> {
    const lines = await unless(/unknown username/, this.#admin.run('user', 'status', this.username))
    return lines && parseUserEnabled(lines)
  }

  async create(nick: string, realname: string, enabled: boolean): Promise<void> {
    const words = ['user', 'create', '-username', this.username, '-disable-password', '-nick', nick]
    const create = () => this.#admin.run(...words, '-realname', realname, `-enabled=${enabled}`)
    try {
      await create()
    } catch (error) {
      if (!(error instanceof SojuRefusal) || !/could not create user/.test(error.message)) throw error
      await this.#reloadIfUnloaded()
      throw new ProvisionerUnavailable('The bouncer does not create the user yet.', { cause: error })
    }
  }

  async setEnabled(enabled: boolean): Promise<void> {
    await this.#admin.run('user', 'update', this.username, `-enabled=${enabled}`)
  }

  async setProfile(nick: string, realname: string): Promise<void> {
    await this.run('user', 'update', '-nick', nick, '-realname', realname)
  }

  /** Setting a password, even none, ends all client sessions and touches no upstream. */
  async signOutClients(): Promise<void> {
    await this.#admin.run('user', 'update', this.username, '-disable-password')
  }

  /** Deletes the user with everything of it; resolves when soju has forgotten it. */
  async delete(): Promise<void> {
    const token = createHash('sha1').update(this.username).digest('hex').slice(0, 6)
    const deleted = await unless(/unknown username/, this.#admin.run('user', 'delete', this.username, token))
    if (!deleted) await this.#reloadIfUnloaded()
    while ((await this.enabled()) !== null) await delay(10)
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
    return this.#admin.run('user', 'run', this.username, ...words)
  }

  /** A user that soju stores but did not load (it crashed on it) is neither there nor can be made; a new start helps. */
  async #reloadIfUnloaded(): Promise<void> {
    const { loaded, stored } = await userCounts(this.#admin)
    if (loaded === stored) return
    this.#restartSoju()
    throw new ProvisionerUnavailable('The bouncer is being restarted.')
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
