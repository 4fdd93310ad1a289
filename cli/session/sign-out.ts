import { withLock } from './lock.ts'
import { type Profile, readProfiles, withProfile, writeProfiles } from './profiles.ts'
import { forgetToken, readToken } from './token-store.ts'

/**
 * Ends a profile's sign-in at the platform and forgets its token; `after` is what remains of the profile, if anything.
 * Answers whether the platform knows, or null when nobody was signed in. Throws `unavailable` when the keyring is locked.
 */
export function signOut(
  folder: string,
  name: string,
  after: (profile: Profile) => Profile | null,
): Promise<boolean | null> {
  // Under the lock nobody refreshes the token that is being ended.
  return withLock(folder, async () => {
    const profile = readProfiles(folder).profiles[name]
    if (!profile) return null
    const place = profile.token
    const token = place && (await readToken(folder, place))
    const ended = place && (token ? await (await import('./sign-in.ts')).revoke(profile.issuer, token) : false)
    await writeProfiles(folder, (now) => {
      const left = after(profile)
      if (left) return withProfile(now, name, left)
      const { [name]: _, ...profiles } = now.profiles
      return { profiles, current: now.current === name ? null : now.current }
    })
    if (place) await forgetToken(folder, place)
    return ended
  })
}
