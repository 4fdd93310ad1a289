import { Resolver } from 'node:dns/promises'
import { type Dns, DnsUnavailable } from './dns.port.ts'

/** There is no such name, or nothing of this kind at it. */
const nothing = new Set(['ENOTFOUND', 'ENODATA'])

/** Asks the system’s name servers, or those given (`address` or `address:port`). */
export function createSystemDns(servers: readonly string[] = []): Dns {
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  if (servers.length > 0) resolver.setServers([...servers])

  async function found<T>(answer: Promise<T[]>): Promise<T[]> {
    try {
      return await answer
    } catch (cause) {
      if (nothing.has((cause as NodeJS.ErrnoException).code ?? '')) return []
      throw new DnsUnavailable('The name servers do not answer.', { cause })
    }
  }

  return {
    // It reads each byte as a character.
    texts: async (name) =>
      (await found(resolver.resolveTxt(name))).map((pieces) => Buffer.from(pieces.join(''), 'latin1').toString('utf8')),
    addresses: async (name) =>
      (await Promise.all([found(resolver.resolve4(name)), found(resolver.resolve6(name))])).flat(),
  }
}
