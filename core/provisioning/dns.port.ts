/** The names of the world, as the platform asks for them: to see whether a member’s host name is theirs and leads here. */
export interface Dns {
  /** The texts (TXT) at a name, each whole; none where there is no such name. Throws DnsUnavailable. */
  texts(name: string): Promise<readonly string[]>
  /** The addresses (A and AAAA) of a name, aliases followed; none where there is no such name. Throws DnsUnavailable. */
  addresses(name: string): Promise<readonly string[]>
}

/** Nobody answered, or not in time; trying again helps. */
export class DnsUnavailable extends Error {
  override readonly name = 'DnsUnavailable'
}
