import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OperationError } from '@irc-now/core/operation/errors'
import { askKeyring } from './keyring.ts'
import type { TokenPlace } from './profiles.ts'

export interface Token {
  readonly access: string
  readonly refresh: string
  /** When the access token ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

export const tokenFile = (folder: string, { id }: TokenPlace) => join(folder, 'tokens', `${id}.json`)

/** Keeps a token of a new sign-in: in the keyring, or where none answers in a file that only its owner may read. */
export async function keepToken(folder: string, profile: string, token: Token): Promise<TokenPlace> {
  const id = `${profile}-${randomBytes(4).toString('hex')}`
  try {
    return await replaceToken(folder, { kept: 'keyring', id }, token)
  } catch {
    return replaceToken(folder, { kept: 'file', id }, token)
  }
}

/** Puts another token in its place. Rejects when the keyring does not take it. */
export async function replaceToken(folder: string, place: TokenPlace, token: Token): Promise<TokenPlace> {
  const text = JSON.stringify(token)
  if (place.kept === 'keyring') {
    await askKeyring('set', place.id, text)
    return place
  }
  const path = tokenFile(folder, place)
  await mkdir(join(folder, 'tokens'), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
  return place
}

/** Null when nothing is kept there. Throws `unavailable` when the keyring does not answer. */
export async function readToken(folder: string, place: TokenPlace): Promise<Token | null> {
  if (place.kept === 'file') {
    const text = await readFile(tokenFile(folder, place), 'utf8').catch(() => null)
    return text === null ? null : tokenOf(text)
  }
  try {
    const text = await askKeyring('get', place.id)
    return text === null ? null : tokenOf(text)
  } catch (cause) {
    throw new OperationError(
      'unavailable',
      'Your keyring is locked or does not answer; unlock it, or sign in again with “irc-now login”.',
      { cause },
    )
  }
}

export async function forgetToken(folder: string, place: TokenPlace): Promise<void> {
  if (place.kept === 'keyring') await askKeyring('delete', place.id).catch(() => undefined)
  else await rm(tokenFile(folder, place), { force: true })
}

function tokenOf(text: string): Token | null {
  try {
    const { access, refresh, expiresAt } = JSON.parse(text) as Token
    return typeof access === 'string' && typeof refresh === 'string' ? { access, refresh, expiresAt } : null
  } catch {
    return null
  }
}
