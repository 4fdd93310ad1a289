import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Output } from '../print/output.ts'
import { printQr } from '../print/qr.ts'
import { createClient } from '../session/client.ts'
import { platformUrl } from '../session/platform-url.ts'
import {
  changeProfiles,
  checkProfileName,
  configFolder,
  local,
  type Profile,
  type Profiles,
  readProfiles,
  withProfile,
} from '../session/profiles.ts'
import { type Invitation, revoke, signIn } from '../session/sign-in.ts'
import { endpoint } from '../session/target.ts'
import { forgetToken, keepToken, readToken, type Token, tokenFile } from '../session/token-store.ts'
import { readPlain } from './arguments.ts'
import { openBrowser } from './browser.ts'

/** `irc-now login`: signs in by a browser and keeps that as a profile. */
export async function runLogin(
  argv: readonly string[],
  out: Output,
  operations: readonly OperationDescription[],
): Promise<void> {
  const { common, parsed } = readPlain(argv, 'irc-now login', 0, { takes: ['url', 'profile'], flags: ['browser'] })
  const env = process.env
  const folder = configFolder(env)
  const { profiles, current } = readProfiles(folder)
  const inUse = env.IRC_NOW_PROFILE && env.IRC_NOW_PROFILE !== local ? env.IRC_NOW_PROFILE : current
  const name = checkProfileName(common.profile ?? inUse ?? 'default')
  const before = profileNamed(profiles, name)
  const url = platformUrl(common.url ?? (env.IRC_NOW_URL || undefined) ?? before?.url ?? endpoint(env, 'http'))
  const check = (now: Profile | null) => {
    if (!now || now.url === url || common.profile !== undefined) return
    throw new OperationError(
      'invalid_input',
      `The profile “${name}” is for ${now.url}; name another for ${url} with --profile.`,
    )
  }
  check(before)
  const { issuer, token } = await signIn(url, (invitation) => invite(out, invitation, parsed.browser !== false))
  const kept = await keep(folder, name, { url, issuer }, token, operations, check)
  if (kept === null) {
    out.note('Interrupted: nobody was signed in.')
    process.exitCode = 130
    return
  }
  const { profile, replaced } = kept
  const path = profile.token?.kept === 'file' ? tokenFile(folder, profile.token) : null
  if (replaced) await endBefore(folder, replaced)
  out.note(`Signed in at ${url} as ${profile.account}; the profile “${name}” is now in use.`)
  if (path === null) out.note('The token is kept in your keyring.')
  else out.note(`No keyring answers here, so the token is kept in ${path}, which only you may read.`)
  if (env.IRC_NOW_TOKEN) out.note('IRC_NOW_TOKEN is set and goes before it; unset it to use the profile.')
  if (common.json === null) return
  const shown = { name, url, account: profile.account, kept: profile.token?.kept, path }
  await out.result({ noun: 'profile', columns: [] }, shown)
}

const profileNamed = (profiles: Profiles['profiles'], name: string) =>
  Object.hasOwn(profiles, name) ? profiles[name]! : null

async function invite(out: Output, { code, link, whole, expiresIn }: Invitation, wanted: boolean): Promise<void> {
  await printQr(whole, process.stderr)
  out.note(`Open ${link} in a browser and type in this code: ${code}`)
  if (whole !== link) out.note(`or open ${whole}`)
  out.note(`Waiting until you have approved it; the code is good for ${Math.round(expiresIn / 60)} min.`)
  void openBrowser(whole, wanted)
}

/**
 * Finds out who signed in and keeps it all, or nothing: what was not kept is ended at the platform again. `replaced` is
 * what the profile was just before, which another login may have changed since this one began; `check` refuses it by
 * throwing. Null when the person has interrupted it.
 */
async function keep(
  folder: string,
  name: string,
  { url, issuer }: Pick<Profile, 'url' | 'issuer'>,
  token: Token,
  operations: readonly OperationDescription[],
  check: (now: Profile | null) => void,
): Promise<{ profile: Profile; replaced: Profile | null } | null> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  let done = false
  let replaced: Profile | null = null
  try {
    const client = createClient({ target: { url }, operations, frontEnd: 'cli', token: async () => token.access })
    const { signal } = interrupted
    const { name: account } = (await client.call('account.show', {}, { signal })) as { name: string }
    const place = await keepToken(folder, name, token)
    const profile = { url, issuer, account, token: place }
    try {
      signal.throwIfAborted()
      await changeProfiles(folder, (now) => {
        replaced = profileNamed(now.profiles, name)
        check(replaced)
        return { ...withProfile(now, name, profile), current: name }
      })
      done = true
    } finally {
      if (!done) await forgetToken(folder, place)
    }
    return { profile, replaced }
  } catch (error) {
    await revoke(issuer, token)
    if (interrupted.signal.aborted) return null
    throw error
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

/** The sign-in that this one takes the place of. */
async function endBefore(folder: string, { issuer, token: place }: Profile): Promise<void> {
  if (!place) return
  const token = await readToken(folder, place).catch(() => null)
  if (token) await revoke(issuer, token)
  await forgetToken(folder, place)
}
