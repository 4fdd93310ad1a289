import { OperationError } from '@irc-now/core/operation/errors'
import type { Output } from '../print/output.ts'
import { configFolder, local, noSuchProfile, readProfiles } from '../session/profiles.ts'
import { signOut } from '../session/sign-out.ts'
import { readPlain } from './arguments.ts'

/** `irc-now logout`: ends a profile's sign-in; the profile stays. */
export async function runLogout(argv: readonly string[], out: Output): Promise<void> {
  const { common } = readPlain(argv, 'irc-now logout', 0, { takes: ['profile'] })
  const folder = configFolder(process.env)
  const { profiles, current } = readProfiles(folder)
  const name = common.profile ?? (process.env.IRC_NOW_PROFILE || undefined) ?? current ?? local
  if (name === local)
    throw new OperationError('invalid_input', 'No profile is in use; say which one with --profile, see “profile list”.')
  if (!Object.hasOwn(profiles, name)) throw noSuchProfile(name)
  const ended = await signOut(folder, name, (profile) => ({ ...profile, account: null, token: null }))
  sayEnded(out, name, profiles[name]!.url, ended)
  if (name === current)
    out.note(
      `The profile “${name}” is still in use: “irc-now login” signs in again, “irc-now profile use local” goes back to this machine’s own daemon.`,
    )
  if (common.json !== null) await out.result({ noun: 'profile', columns: [] }, { name, ended })
}

export function sayEnded(out: Output, name: string, url: string, ended: boolean | null): void {
  if (ended === null) out.note(`Nobody was signed in with the profile “${name}”.`)
  else if (ended) out.note(`Signed out of ${url}; the token is gone.`)
  else out.note(`The token is gone from here, but ${url} could not be told, so it stays good there until it expires.`)
}
