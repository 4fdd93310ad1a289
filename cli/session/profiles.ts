import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { OperationError } from '@irc-now/core/operation/errors'

/** Where a profile's token lies; a new sign-in has a new id, so that writing the profile switches to it at once. */
export interface TokenPlace {
  readonly kept: 'keyring' | 'file'
  readonly id: string
}

/** A platform, and who one is there. `token` is null when nobody is signed in. */
export interface Profile {
  readonly url: string
  readonly issuer: string
  readonly account: string | null
  readonly token: TokenPlace | null
}

export interface Profiles {
  readonly profiles: Readonly<Record<string, Profile>>
  /** The profile in use; null is this machine's own daemon, through its owner's socket. */
  readonly current: string | null
}

/** The name that stands for no profile: the owner's socket. */
export const local = 'local'

export const configFolder = (env: NodeJS.ProcessEnv) =>
  join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'irc-now')

const configFile = (folder: string) => join(folder, 'config.json')

export function checkProfileName(name: string): string {
  if (name === local)
    throw new OperationError('invalid_input', `“${local}” is this machine’s own daemon; take another name.`)
  if (!/^[a-z0-9][a-z0-9._-]{0,31}$/i.test(name)) {
    throw new OperationError(
      'invalid_input',
      'A profile’s name has up to 32 letters, digits, dots, - or _, and starts with a letter or digit.',
    )
  }
  return name
}

export const noSuchProfile = (name: string) =>
  new OperationError('invalid_input', `There is no profile “${name}”; “irc-now login --profile ${name}” makes it.`)

/** Read without conf: every command does it, and loading conf takes longer than most commands. */
export function readProfiles(folder: string): Profiles {
  let text: string
  try {
    text = readFileSync(configFile(folder), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { profiles: {}, current: null }
    throw new OperationError('unavailable', `${configFile(folder)} can’t be read; mend its rights.`, { cause: error })
  }
  try {
    const read = JSON.parse(text) as { profiles?: Record<string, Profile>; current?: string | null }
    const profiles = Object.fromEntries(
      Object.entries(read.profiles ?? {}).map(([name, one]): [string, Profile] => [checkProfileName(name), whole(one)]),
    )
    const current = read.current ?? null
    return { profiles, current: current !== null && Object.hasOwn(profiles, current) ? current : null }
  } catch (cause) {
    throw new OperationError('conflict', `${configFile(folder)} is damaged; mend it, or delete it and sign in again.`, {
      cause,
    })
  }
}

function whole({ url, issuer, account, token }: Profile): Profile {
  if (new URL(url).host === '' || new URL(issuer).host === '') throw new TypeError('a profile has two URLs')
  // The id becomes a file's name.
  if (token && !/^[\w.-]+$/.test(token.id)) throw new TypeError('not an id')
  return { url, issuer, account: account ?? null, token: token ?? null }
}

/** Changes the profiles, whole or not at all; call it under the folder's lock. */
export async function writeProfiles(folder: string, change: (now: Profiles) => Profiles): Promise<void> {
  const { profiles, current } = change(readProfiles(folder))
  const { default: Conf } = await import('conf')
  const conf = new Conf<{ profiles?: Profiles['profiles']; current?: string | null }>({
    cwd: folder,
    configName: 'config',
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
  })
  conf.store = { current, profiles }
}

export async function changeProfiles(folder: string, change: (now: Profiles) => Profiles): Promise<void> {
  const { withLock } = await import('./lock.ts')
  return withLock(folder, () => writeProfiles(folder, change))
}

export const withProfile = (now: Profiles, name: string, profile: Profile): Profiles => ({
  ...now,
  profiles: { ...now.profiles, [name]: profile },
})
