import { type Dns, DnsUnavailable } from './dns.port.ts'

/** What is said of a name: an alias leads on to another one. */
export interface FakeName {
  readonly texts?: readonly string[]
  readonly addresses?: readonly string[]
  readonly alias?: string
}

/** Names in memory, for tests; `down` answers nobody. */
export function createFakeDns(names: Map<string, FakeName>, state: { down: boolean } = { down: false }): Dns {
  function at(name: string, hops = 0): FakeName {
    if (state.down) throw new DnsUnavailable('The name servers do not answer.')
    const known = names.get(name.toLowerCase()) ?? {}
    return known.alias !== undefined && hops < 8 ? at(known.alias, hops + 1) : known
  }
  return {
    texts: async (name) => at(name).texts ?? [],
    addresses: async (name) => at(name).addresses ?? [],
  }
}
