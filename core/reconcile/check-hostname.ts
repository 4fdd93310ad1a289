import type { BouncerRow } from '../provisioning/bouncers/bouncer-store.ts'
import { proofOf } from '../provisioning/bouncers/hostname/hostname.ts'
import { type Dns, DnsUnavailable } from '../provisioning/dns.port.ts'

/** Whether a bouncer's TXT record is still there: as long as nobody answers otherwise it is. */
export async function isStillProved(dns: Dns, row: Pick<BouncerRow, 'id'>, hostname: string): Promise<boolean> {
  const { name, value } = proofOf(row, hostname)
  try {
    return isAmong(value, await dns.texts(name))
  } catch (error) {
    if (error instanceof DnsUnavailable) return true
    throw error
  }
}

const isAmong = (value: string, texts: readonly string[]) => texts.some((text) => text.trim() === value)

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
    if (!isAmong(value, texts))
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
