import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { z } from 'zod'
import type { PlatformInfo } from '../../../platform/info.ts'
import type { BouncerRow } from '../bouncer-store.ts'

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'

export const HostName = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(new RegExp(`^(${label}\\.)+(?!\\d+$)${label}$`), 'A host name is like irc.example.org.')
  .describe('The host name, such as irc.example.org.')

export const Hostname = z.object({
  name: z.string().describe('The bouncer’s name.'),
  hostname: z.string().nullable(),
  status: z.object({ phase: z.enum(['none', 'pending', 'unverified', 'verified']), message: z.string().nullable() }),
  records: z
    .array(z.object({ type: z.enum(['CNAME', 'A', 'AAAA', 'TXT']), name: z.string(), value: z.string() }))
    .describe('What has to be in DNS.'),
  certificateFingerprint: z.string().nullable().describe('SHA-256, where the certificate is by our own authority.'),
})
export type Hostname = z.output<typeof Hostname>

/** Where it is proved whose a host name is, and by what: nobody else’s bouncer has the same. */
export function proofOf({ id }: Pick<BouncerRow, 'id'>, hostname: string): { name: string; value: string } {
  const hash = createHash('sha256').update(`${id} ${hostname}`).digest('base64')
  return { name: `_irc-now.${hostname}`, value: `irc-now=${hash.replace(/[+/=]/g, '').slice(0, 22)}` }
}

/** What lacks until it is reached by that name; null when nothing does. */
function lackOf(row: BouncerRow): string | null {
  if (row.hostname_verified_at === null) return row.hostname_note
  if (row.placed === 'dedicated') return null
  return `It is reached by it once it has a service of its own: “bouncer update ${row.name} --dedicated”.`
}

export function hostnameOf(row: BouncerRow, { bouncers }: Pick<PlatformInfo, 'bouncers'>): Hostname {
  const { name, hostname } = row
  if (hostname === null)
    return { name, hostname, status: { phase: 'none', message: null }, records: [], certificateFingerprint: null }
  const type = { 0: 'CNAME', 4: 'A', 6: 'AAAA' }[isIP(bouncers.host) as 0 | 4 | 6] as 'CNAME' | 'A' | 'AAAA'
  const behind = row.observed_generation < row.generation && !row.failure
  return {
    name,
    hostname,
    status: {
      phase: behind ? 'pending' : row.hostname_verified_at ? 'verified' : 'unverified',
      message: lackOf(row),
    },
    records: [
      { type, name: hostname, value: bouncers.host },
      { type: 'TXT', ...proofOf(row, hostname) },
    ],
    certificateFingerprint: row.hostname_fingerprint,
  }
}
