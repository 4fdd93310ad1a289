import { setTimeout as delay } from 'node:timers/promises'
import { OperationError } from '@irc-now/core/operation/errors'
import { withLock } from './lock.ts'
import { type Profile, readProfiles, type TokenPlace, withProfile, writeProfiles } from './profiles.ts'
import { forgetToken, keepToken, readToken, replaceToken, type Token, tokenFile } from './token-store.ts'

/** An access token that ends sooner than this is refreshed before it is used. */
const marginMs = 30_000
/** So long an end of the process waits for a token to be kept. */
const graceMs = 2000

export interface AccessTokenOptions {
  readonly folder: string
  /** The profile's name. */
  readonly name: string
  /** A word to the person, where there is a place for it. */
  note(text: string): void
}

/**
 * The profile's access token, refreshed when it ends in less than 30 s or when the platform has just refused it. Only
 * one process refreshes at a time: a refresh token that is used twice ends the sign-in. Throws `not_signed_in`.
 */
export function createAccessToken(options: AccessTokenOptions): (refused?: string) => Promise<string> {
  let known: Token | null = null
  let renewal: Promise<Token> | null = null
  return async (refused) => {
    const good = (token: Token | null): token is Token =>
      token !== null && token.access !== refused && token.expiresAt - Date.now() > marginMs
    if (!good(known)) {
      renewal ??= renew(options, good).finally(() => {
        renewal = null
      })
      known = await renewal
    }
    return known.access
  }
}

async function renew(
  { folder, name, note }: AccessTokenOptions,
  good: (token: Token | null) => token is Token,
): Promise<Token> {
  const kept = await storedToken(folder, name).catch((error) => {
    // A new sign-in may be taking the place of this one right now.
    if (error instanceof OperationError && error.code === 'not_signed_in') return null
    throw error
  })
  if (kept && good(kept.token)) return kept.token
  return withLock(folder, async () => {
    // Another process may have refreshed it, or signed in anew, while this one waited.
    const { profile, place, token } = await storedToken(folder, name)
    if (good(token)) return token
    return unbroken(async () => {
      const fresh = await refresh(folder, name, profile, token)
      try {
        await replaceToken(folder, place, fresh)
      } catch {
        // The old refresh token is used up: what can't be kept here has to be kept elsewhere.
        const other = await keepToken(folder, name, fresh)
        await writeProfiles(folder, (now) => withProfile(now, name, { ...profile, token: other }))
        await forgetToken(folder, place)
        if (other.kept === 'file') note(`The keyring did not answer; your token is now in ${tokenFile(folder, other)}.`)
      }
      return fresh
    })
  })
}

/** What is being fetched from an issuer and not yet kept. */
const underWay = new Set<Promise<unknown>>()
let ending = false

/**
 * To be awaited before a process ends itself: it resolves once every token that is being refreshed is kept, after 2 s at
 * most. From then on no refresh begins.
 */
export async function tokensKept(): Promise<void> {
  ending = true
  if (underWay.size === 0) return
  const enough = new AbortController()
  const { signal } = enough
  await Promise.race([Promise.allSettled(underWay), delay(graceMs, undefined, { signal }).catch(() => undefined)])
  enough.abort()
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Lets these signals wait for up to 2 s: between the issuer's answer and its keeping they would end the sign-in. */
async function unbroken<T>(work: () => Promise<T>): Promise<T> {
  // The process has less time left than this may take.
  if (ending) return new Promise(() => {})
  let code: number | null = null
  const handlers = Object.entries(signals).map(([signal, exit]) => {
    const interrupt = () => {
      if (code !== null) return
      code = exit
      setTimeout(() => process.exit(exit), graceMs).unref()
    }
    process.on(signal, interrupt)
    return [signal, interrupt] as const
  })
  const working = work()
  underWay.add(working)
  try {
    return await working
  } finally {
    underWay.delete(working)
    for (const [signal, interrupt] of handlers) process.off(signal, interrupt)
    if (code !== null) process.exit(code)
  }
}

const signedOut = (name: string, cause?: unknown) =>
  new OperationError('not_signed_in', `Nobody is signed in any more; run “irc-now login --profile ${name}”.`, { cause })

async function storedToken(
  folder: string,
  name: string,
): Promise<{ profile: Profile; place: TokenPlace; token: Token }> {
  const profile = readProfiles(folder).profiles[name]
  const place = profile?.token
  const token = place ? await readToken(folder, place) : null
  if (!profile || !place || !token) throw signedOut(name)
  return { profile, place, token }
}

async function refresh(folder: string, name: string, profile: Profile, token: Token): Promise<Token> {
  const [{ refreshTokenGrant, ResponseBodyError }, { connectIssuer, signInProblem }, { tokenFrom }] = await Promise.all(
    [import('openid-client'), import('./issuer.ts'), import('./sign-in.ts')],
  )
  const configuration = await connectIssuer(profile.issuer)
  try {
    return tokenFrom(await refreshTokenGrant(configuration, token.refresh, { resource: profile.url }), token)
  } catch (error) {
    if (!(error instanceof ResponseBodyError && error.error === 'invalid_grant'))
      throw signInProblem(profile.issuer, error)
    if (profile.token) await forgetToken(folder, profile.token)
    await writeProfiles(folder, (now) => withProfile(now, name, { ...profile, token: null }))
    throw signedOut(name, error)
  }
}
