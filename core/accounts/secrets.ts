import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Secrets that machines make have 160 random bits, so a plain SHA-256 keeps them safe at rest; people's passwords go
 * through scrypt (password-hash.ts).
 */
export const hashSecret = (secret: string) => createHash('sha256').update(secret).digest('hex')

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** A secret with a prefix that tells scanners and people what it is: `ircn_app_…`. */
export function formatSecret(prefix: string, bytes: Buffer): string {
  return prefix + [...bytes].map((byte) => alphabet[byte % 32]).join('')
}

export function sameText(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())
}

/** Seals texts under the platform's key with AES-256-GCM; the answer is `iv.tag.text` in base64url. */
export function sealText(key: Buffer, iv: Buffer, text: string): string {
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url')).join('.')
}

export function openText(key: Buffer, sealed: string): string {
  const [iv, tag, text] = sealed.split('.').map((part) => Buffer.from(part, 'base64url'))
  if (!iv || !tag || !text) throw new Error('a sealed text has three parts')
  const decipher = createDecipheriv('aes-256-gcm', key, iv)
  decipher.setAuthTag(tag)
  return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
}

/**
 * The password with which a bouncer signs in on net.irc.now. Derived, so it is kept nowhere and can be made again after
 * any loss.
 */
export const bouncerPassword = (key: Buffer, bouncerId: string) =>
  `ircn_bnc_${bouncerId}_${createHmac('sha256', key).update(`bouncer/${bouncerId}`).digest('hex').slice(0, 40)}`

/** NowServ's own password on net.irc.now, derived likewise. */
export const servicePassword = (key: Buffer, name: string) =>
  `ircn_srv_${createHmac('sha256', key).update(`service/${name}`).digest('hex')}`
