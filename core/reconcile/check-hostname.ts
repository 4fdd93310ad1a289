import type { BouncerRow } from '../provisioning/bouncers/bouncer-store.ts'
import { proofOf } from '../provisioning/bouncers/hostname/hostname.ts'
import { type Dns, DnsUnavailable } from '../provisioning/dns.port.ts'

/**
 * Looks whether a bouncer's host name is its owner's (the TXT record is there) and leads to `publicHost`. Null where both
 * is so, else one sentence that says what lacks.
 */
export async function checkHostname(
  dns: Dns,
  row: Pick<BouncerRow, 'id'>,
  hostname: string,
  publicHost: string,
): Promise<string | null> {
  try {
    const { name, value } = proofOf(row, hostname)
    const texts = await dns.texts(name)
    if (!texts.some((text) => text.trim() === value))
      return texts.length === 0
        ? `There is no TXT record at ${name} yet.`
        : `The TXT record at ${name} is not “${value}”.`
    const [there, here] = await Promise.all([dns.addresses(hostname), dns.addresses(publicHost)])
    const ours = here.length > 0 ? here : [publicHost]
    if (there.some((address) => ours.includes(address))) return null
    return there.length === 0
      ? `${hostname} has no address yet.`
      : `${hostname} leads to ${there[0]}, not to ${publicHost}.`
  } catch (error) {
    if (error instanceof DnsUnavailable) return 'The name servers do not answer; they are asked again.'
    throw error
  }
}
