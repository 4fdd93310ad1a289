import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { OperationError } from '@irc-now/core/operation/errors'
import { platformUrl, requirePrivate } from './platform-url.ts'
import { configFolder, local, noSuchProfile, readProfiles } from './profiles.ts'
import type { Target } from './request.ts'

/** Which platform, and as whom. */
export interface Session {
  readonly target: Target
  /** The bearer token for the next request; given one that was just refused, another one where there is one. */
  token(refused?: string): Promise<string | null>
}

export interface SessionFlags {
  readonly url?: string | undefined
  readonly profile?: string | undefined
}

/**
 * Flag, then environment, then the profile in use, then the machine's own daemon through its owner's socket. A
 * profile's token goes to that profile's URL and nowhere else, and no token goes unencrypted to another machine.
 */
export function findSession(env: NodeJS.ProcessEnv, flags: SessionFlags, note: (text: string) => void): Session {
  const folder = configFolder(env)
  const { profiles, current } = readProfiles(folder)
  const named = flags.profile ?? (env.IRC_NOW_PROFILE || undefined)
  const name = named ?? current ?? local
  // Going on would act as somebody else than who was named.
  if (name !== local && !Object.hasOwn(profiles, name)) throw noSuchProfile(name)
  const profile = name === local ? null : profiles[name]!
  const given = flags.url ?? (flags.profile === undefined ? env.IRC_NOW_URL || undefined : undefined)
  const url = given === undefined ? profile?.url : platformUrl(given)
  const token = flags.profile === undefined ? env.IRC_NOW_TOKEN || null : null
  const target = url === undefined ? { socket: endpoint(env, 'socket') } : { url }
  if (url !== undefined && (token !== null || url === profile?.url)) requirePrivate(url)
  if (token !== null || !profile) return { target, token: async () => token }
  if (url === profile.url) return { target, token: profileToken(folder, name, note) }
  if (named === undefined) return { target, token: async () => null }
  throw new OperationError(
    'invalid_input',
    `The profile “${name}” is for ${profile.url}, not for ${url}; leave out the one or the other.`,
  )
}

/** Loads what tokens need when one is needed. */
function profileToken(folder: string, name: string, note: (text: string) => void): Session['token'] {
  let made: Promise<(refused?: string) => Promise<string>> | undefined
  return async (refused) => {
    made ??= import('./access-token.ts').then((it) => it.createAccessToken({ folder, name, note }))
    return (await made)(refused)
  }
}

/** Where the machine's own daemon is reached. Throws `unavailable` when none runs. */
export function endpoint(env: NodeJS.ProcessEnv, which: 'socket' | 'http'): string {
  const home = env.IRC_NOW_HOME || join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'irc-now')
  try {
    return (JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8')) as Record<typeof which, string>)[which]
  } catch (cause) {
    throw new OperationError(
      'unavailable',
      'No irc.now is up here; start it with “npm start” and wait until it says so, or name one with --url or IRC_NOW_URL.',
      { cause },
    )
  }
}
