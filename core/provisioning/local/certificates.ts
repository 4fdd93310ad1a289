import { createPrivateKey, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { privateFolder, readTextFile, writePrivateFile } from './private-files.ts'

export interface CertificateFiles {
  readonly certPath: string
  readonly keyPath: string
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** SHA-256 over the DER form, lower-case hex. */
  readonly fingerprint: string
}

const tenYearsMs = 10 * 365 * 24 * 3600 * 1000
const monthMs = 30 * 24 * 3600 * 1000

/** What a server here is reached by: its name, and as itself. */
export const serverNames = (name: string) => [name, 'localhost', '127.0.0.1', '::1']

/** The authority that vouches for members' host names; made once and kept. */
export const localAuthority = (folder: string) => keptCertificate(folder, 'authority', 'authority', [])

/** The certificate of one host name, by an authority; made once and kept. */
export async function issuedCertificate(
  authority: CertificateFiles,
  folder: string,
  host: string,
): Promise<CertificateFiles> {
  const own = await keptCertificate(join(folder, 'hosts'), host, 'server', [host], authority)
  return { ...own, cert: `${own.cert.trimEnd()}\n${authority.cert}` }
}

/**
 * A certificate with its key, made once and kept as `NAME.crt` and `NAME.key` (0600) in `folder`; self-signed unless there
 * is an issuer.
 */
export async function keptCertificate(
  folder: string,
  name: string,
  usage: 'server' | 'client' | 'authority',
  hosts: readonly string[],
  issuer?: CertificateFiles,
): Promise<CertificateFiles> {
  await privateFolder(folder)
  const certPath = join(folder, `${name}.crt`)
  const keyPath = join(folder, `${name}.key`)
  const kept = { cert: await readTextFile(certPath), key: await readTextFile(keyPath) }
  // Not by its name alone: another authority of ours has the same.
  const isOfIssuer = (cert: string) =>
    !issuer || new X509Certificate(cert).verify(new X509Certificate(issuer.cert).publicKey)
  if (kept.cert && kept.key && isUsable(kept.cert, kept.key) && isOfIssuer(kept.cert))
    return describe(certPath, keyPath, kept.cert, kept.key)

  const made = await generate([{ name: 'commonName', value: hosts[0] ?? (usage === 'authority' ? 'irc.now' : name) }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + tenYearsMs),
    ...(issuer ? { ca: { key: issuer.key, cert: issuer.cert } } : {}),
    extensions: [
      ...(usage === 'authority'
        ? ([
            { name: 'basicConstraints', cA: true, critical: true },
            { name: 'keyUsage', keyCertSign: true, critical: true },
          ] as const)
        : ([
            { name: 'basicConstraints', cA: false, critical: true },
            { name: 'keyUsage', digitalSignature: true, critical: true },
            { name: 'extKeyUsage', serverAuth: usage === 'server', clientAuth: usage === 'client' },
          ] as const)),
      ...(hosts.length > 0 ? [{ name: 'subjectAltName' as const, altNames: hosts.map(altName) }] : []),
    ],
  })
  // The certificate comes last: while it lacks, the pair counts as not there.
  await writePrivateFile(certPath, '')
  await writePrivateFile(keyPath, made.private)
  await writePrivateFile(certPath, made.cert)
  return describe(certPath, keyPath, made.cert, made.private)
}

function altName(host: string): { type: 2; value: string } | { type: 7; ip: string } {
  return /^[0-9.]+$|:/.test(host) ? { type: 7, ip: host } : { type: 2, value: host }
}

function isUsable(pem: string, key: string): boolean {
  try {
    const certificate = new X509Certificate(pem)
    return (
      certificate.validToDate.getTime() > Date.now() + monthMs && certificate.checkPrivateKey(createPrivateKey(key))
    )
  } catch {
    return false
  }
}

function describe(certPath: string, keyPath: string, cert: string, key: string): CertificateFiles {
  return { certPath, keyPath, cert, key, fingerprint: certificateFingerprint(cert) }
}

/** SHA-256 over the certificate's DER form, lower-case hex. */
export function certificateFingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()
}
