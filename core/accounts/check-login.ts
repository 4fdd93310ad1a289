import type { Stores } from '../store/stores.ts'
import { bouncerPassword, hashSecret, sameText, servicePassword } from './secrets.ts'

/** Which service asks: the bouncer (soju) or net.irc.now (ergo). */
export type LoginService = 'bouncer' | 'network'

/**
 * Checks an IRC sign-in. Answers with the account's name (or, at the bouncer, the bouncer's user name) when it may in,
 * else null: no reason is given to guessers. Only machine-made secrets of 160 random bits get in here, so guesses need
 * no throttle; people's own passwords are for pages alone (sign-in.ts).
 */
export async function checkLogin(
  store: Stores,
  key: Buffer,
  service: LoginService,
  login: { readonly username: string; readonly password: string; readonly now: Date },
): Promise<string | null> {
  const { username, password, now } = login
  if (service === 'network' && username.toLowerCase() === 'nowserv') {
    return sameText(password, servicePassword(key, 'NowServ')) ? 'NowServ' : null
  }
  // A bouncer is named account or account+name; a client may add /network and @device.
  const base = username.split(/[/@]/)[0] ?? ''
  const account = await store.accounts.byName(base.split('+')[0] ?? '')
  if (!account || account.deleted_at || account.suspended_at) return null
  if (service === 'bouncer') {
    const bouncer = await store.bouncers.byUsername(base)
    if (!bouncer || bouncer.account_id !== account.id || bouncer.deleted_at || !bouncer.enabled) return null
  } else if (base !== username || base.includes('+')) {
    return null
  }
  const answer = service === 'bouncer' ? base : account.name
  const [, bouncerId] = /^ircn_bnc_([0-9a-f]{20})_/.exec(password) ?? []
  if (bouncerId) {
    const bouncer = service === 'network' ? await store.bouncers.byId(bouncerId) : undefined
    const mine = bouncer?.account_id === account.id && !bouncer.deleted_at
    return mine && sameText(password, bouncerPassword(key, bouncerId)) ? answer : null
  }
  const known = await store.passwords.byHash(hashSecret(password))
  if (known?.account_id !== account.id || (known.scope !== 'irc' && known.scope !== service)) return null
  return (await store.passwords.used(known.id, now, service === 'bouncer' ? 'bouncer' : 'net.irc.now')) ? answer : null
}
