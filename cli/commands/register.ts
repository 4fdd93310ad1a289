import type { Output } from '../print/output.ts'
import { platformUrl, requirePrivate } from '../session/platform-url.ts'
import { configFolder, local, noSuchProfile, readProfiles } from '../session/profiles.ts'
import { endpoint } from '../session/target.ts'
import { readPlain } from './arguments.ts'
import { openBrowser } from './browser.ts'

/** `irc-now register`: where one signs up. */
export async function runRegister(argv: readonly string[], out: Output): Promise<void> {
  const { common, parsed } = readPlain(argv, 'irc-now register', 0, { takes: ['url', 'profile'], flags: ['browser'] })
  const env = process.env
  const { profiles, current } = readProfiles(configFolder(env))
  const name = common.profile ?? (env.IRC_NOW_PROFILE || undefined) ?? current ?? local
  if (name !== local && !Object.hasOwn(profiles, name)) throw noSuchProfile(name)
  const known = name === local ? undefined : profiles[name]!.url
  const platform = platformUrl(common.url ?? (env.IRC_NOW_URL || undefined) ?? known ?? endpoint(env, 'http'))
  const url = `${requirePrivate(platform)}/register`
  if (common.json === null) out.text(`${url}\n`)
  else await out.result({ noun: 'register', columns: [] }, { url })
  out.note('Sign up on that page; then “irc-now login” signs this terminal in.')
  await openBrowser(url, parsed.browser !== false)
}
