import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Target } from './client.ts'

/** Which platform, and as whom: flag, then environment, then the machine's own daemon through its owner's socket. */
export function findSession(
  env: NodeJS.ProcessEnv,
  flags: { url?: string | undefined; profile?: string | undefined },
): { target: Target; token: string | null } {
  const profile = flags.profile ?? env.IRC_NOW_PROFILE ?? 'default'
  if (profile !== 'default') {
    // Going on would act as somebody else than who was named.
    throw new OperationError(
      'invalid_input',
      `There is no profile “${profile}”; name the platform with --url and give its token as IRC_NOW_TOKEN.`,
    )
  }
  const token = env.IRC_NOW_TOKEN || null
  const url = flags.url ?? env.IRC_NOW_URL
  if (url !== undefined) {
    if (!/^https?:\/\/[^\s/]+/.test(url))
      throw new OperationError('invalid_input', `“${url}” is not a URL; it looks like https://irc.now.`)
    return { target: { url: url.replace(/\/$/, '') }, token }
  }
  const home = env.IRC_NOW_HOME || join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'irc-now')
  try {
    const { socket } = JSON.parse(readFileSync(join(home, 'endpoints.json'), 'utf8')) as { socket: string }
    return { target: { socket }, token }
  } catch (cause) {
    throw new OperationError(
      'unavailable',
      'No irc.now runs here; start it with “npm start”, or name one with --url or IRC_NOW_URL.',
      { cause },
    )
  }
}
