import { join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'
import { issuedCertificate, localAuthority } from './certificates.ts'

/** The host names of members at which their bouncers are reached, with a certificate each from an authority of our own. */
export async function createHostnames(stateDir: string) {
  const folder = join(stateDir, 'certificates')
  // Before anybody needs it: several who did at once would make one each.
  const authority = await localAuthority(folder)
  const served = new Map<string, { username: string; context: SecureContext; fingerprint: string }>()
  return {
    contextOf: (hostname: string) => served.get(hostname)?.context,
    usernameOf: (hostname: string) => served.get(hostname)?.username ?? null,
    /** Serves this host name, and no other one, for a bouncer. Answers with its certificate's fingerprint. */
    async serve(username: string, hostname: string | null): Promise<string | null> {
      for (const [other, { username: owner }] of served) {
        if (owner === username && other !== hostname) served.delete(other)
      }
      if (hostname === null) return null
      const known = served.get(hostname)
      if (known?.username === username) return known.fingerprint
      const { cert, key, fingerprint } = await issuedCertificate(authority, folder, hostname)
      served.set(hostname, { username, context: createSecureContext({ cert, key }), fingerprint })
      return fingerprint
    },
  }
}
