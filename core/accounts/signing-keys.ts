import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose'
import type { Runtime } from '../operation/runtime.ts'
import type { Keyring } from '../platform/runtime.ts'

/** By which the provider’s tokens are signed. */
export const algorithm = 'ES256'

/** Made once, kept sealed in the database, the same for every process of the platform. */
export async function signingKeys(runtime: Runtime, keyring: Keyring): Promise<JWK[]> {
  const name = 'oidc.keys'
  const known = await runtime.transaction((store) => store.settings.get(name))
  if (known) return JSON.parse(keyring.open(known)) as JWK[]
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const made = [{ ...(await exportJWK(privateKey)), kid: randomUUID(), alg: algorithm, use: 'sig' }]
  const kept = await runtime.transaction((store) => store.settings.keep(name, keyring.seal(JSON.stringify(made))))
  return JSON.parse(keyring.open(kept)) as JWK[]
}

export const publicKeys = (keys: readonly JWK[]): JSONWebKeySet => ({
  keys: keys.map(({ d: _, ...rest }) => rest) as JWK[],
})
