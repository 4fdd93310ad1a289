import { OperationError } from '@irc-now/core/operation/errors'
import type { Output } from '../print/output.ts'
import { changeProfiles, configFolder, local, noSuchProfile, readProfiles } from '../session/profiles.ts'
import { signOut } from '../session/sign-out.ts'
import { readPlain } from './arguments.ts'
import { sayEnded } from './logout.ts'

const shownAs = { noun: 'profile', columns: ['name', 'url', 'account', 'kept', 'inUse'] }

/** `irc-now profile list`; `inUse` marks the one that commands use when none is named. */
export async function listProfiles(argv: readonly string[], out: Output): Promise<void> {
  readPlain(argv, 'irc-now profile list', 0)
  const { profiles, current } = readProfiles(configFolder(process.env))
  const items = Object.entries(profiles).map(([name, { url, account, token }]) => ({
    name,
    url,
    account,
    kept: token?.kept ?? null,
    inUse: name === current,
  }))
  const owner = { name: local, url: null, account: null, kept: null, inUse: current === null }
  await out.result(shownAs, { items: [owner, ...items] })
}

/** `irc-now profile use NAME`. */
export async function useProfile(argv: readonly string[], out: Output): Promise<void> {
  const { common, name } = named(argv, 'irc-now profile use <name>')
  const folder = configFolder(process.env)
  const { current } = readProfiles(folder)
  const wanted = name === local ? null : name
  if (wanted !== null && !Object.hasOwn(readProfiles(folder).profiles, wanted)) throw noSuchProfile(wanted)
  if (wanted !== current) await changeProfiles(folder, (now) => ({ ...now, current: wanted }))
  out.note(wanted === null ? 'This machine’s own daemon is now in use.' : `The profile “${wanted}” is now in use.`)
  if (process.env.IRC_NOW_PROFILE) out.note('IRC_NOW_PROFILE is set and goes before it; unset it to use the profile.')
  if (common.json !== null) await out.result(shownAs, { name })
}

/** `irc-now profile delete NAME`: signs out too, so that no token is left behind that nobody knows of. */
export async function deleteProfile(argv: readonly string[], out: Output): Promise<void> {
  const { common, name } = named(argv, 'irc-now profile delete <name>')
  const folder = configFolder(process.env)
  const { profiles } = readProfiles(folder)
  if (name === local) throw new OperationError('invalid_input', `“${local}” is this machine’s own daemon; it stays.`)
  if (!Object.hasOwn(profiles, name)) throw noSuchProfile(name)
  const ended = await signOut(folder, name, () => null)
  if (ended !== null) sayEnded(out, name, profiles[name]!.url, ended)
  out.note(`The profile “${name}” is gone.`)
  if (common.json !== null) await out.result(shownAs, { name, ended })
}

function named(argv: readonly string[], usage: string) {
  const { common, words } = readPlain(argv, usage, 1)
  const [name] = words
  if (name === undefined) throw new OperationError('invalid_input', `Name the profile: ${usage}.`)
  return { common, name }
}
