import { plainText } from './lines.ts'

export interface SojuNetwork {
  readonly name: string
  readonly address: string
  readonly state: 'connected' | 'disconnected' | 'disabled'
  /** What soju adds when it is not connected: its last error. */
  readonly error: string | null
}

/**
 * Reads lines of `network status`: `NAME (ADDRESS) [STATUS, …]: DETAIL`, or without `(ADDRESS)` for a network that has
 * no name. Names and addresses of ours have no spaces; what a member named otherwise by hand is passed over. The detail
 * is whatever a remote server said.
 */
export function parseNetworks(lines: readonly string[]): SojuNetwork[] {
  const networks: SojuNetwork[] = []
  for (const line of lines) {
    const match = /^([^\s()[\]]\S*)(?: \((\S+)\))? \[(connected|disconnected|disabled)[^\]]*\](?:: (.*))?$/s.exec(line)
    if (!match) continue
    const [, name = '', address = name, status, detail] = match
    const state = status as SojuNetwork['state']
    if (networks.some((network) => network.name === name)) continue
    networks.push({ name, address, state, error: state === 'disconnected' && detail ? plainText(detail) : null })
  }
  return networks
}

/** Reads lines of `channel status -network NAME`: `#chan [joined, detached]`. */
export function parseChannels(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^(\S+) \[(?:joined|parted|disconnected)/.exec(line)?.[1] ?? [])
}

export interface SojuSasl {
  readonly mechanism: 'none' | 'plain' | 'external'
  /** Whether the network knows the connection by an account; false while there is none. */
  readonly signedIn: boolean
}

/** Reads lines of `sasl status -network NAME`. */
export function parseSasl(lines: readonly string[]): SojuSasl {
  const has = (start: string) => lines.some((line) => line.startsWith(start))
  const mechanism = has('SASL PLAIN') ? 'plain' : has('SASL EXTERNAL') ? 'external' : 'none'
  return { mechanism, signedIn: has('Authenticated') }
}

/** The SHA-512 among the lines of `certfp generate` or `certfp fingerprint`. */
export function parseFingerprint(lines: readonly string[]): string | null {
  return lines.map((line) => /^SHA-512 fingerprint: ([0-9a-f]{128})$/.exec(line)?.[1]).find(Boolean) ?? null
}

/** Reads the line of `user status NAME`: `NAME (admin, disabled): 2 networks`. */
export function parseUserEnabled(lines: readonly string[]): boolean {
  return !/^\S+ \([^)]*\bdisabled\b[^)]*\):/.test(lines[0] ?? '')
}
