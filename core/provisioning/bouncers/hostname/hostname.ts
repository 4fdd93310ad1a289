import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { z } from 'zod'
import type { Context } from '../../../operation/context.ts'
import { allowedPlacement, type BouncerRow } from '../bouncer-store.ts'

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'

export const HostName = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(
    new RegExp(`^(${label}\\.)+(?!\\d+$)${label}$`),
    'A host name is like irc.example.org; a bouncer’s name comes after it.',
  )
  .describe('The host name, such as irc.example.org.')

export const Hostname = z.object({
  name: z.string().describe('The bouncer’s name.'),
  hostname: z.string().nullable(),
  status: z.object({ phase: z.enum(['none', 'pending', 'unverified', 'verified']), message: z.string().nullable() }),
  records: z
    .array(z.object({ name: z.string(), type: z.enum(['CNAME', 'A', 'AAAA', 'TXT']), value: z.string() }))
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
function lackOf(row: BouncerRow, behind: boolean, mayDedicate: boolean): string | null {
  const unproved = row.hostname_verified_at === null
  const looking = 'Its DNS is being looked at; “bouncer hostname show” tells what came of it.'
  const records = unproved ? (behind ? looking : row.hostname_note) : null
  return [records, placeLack(row, mayDedicate)].filter(Boolean).join(' ') || null
}

/** The shared service has one name for everybody. */
function placeLack(row: BouncerRow, mayDedicate: boolean): string | null {
  if (row.placed === 'dedicated') return null
  const wanted = allowedPlacement(row) === 'dedicated'
  const own = `It is reached by that name once it has a service of its own`
  if (wanted) return `${own}, to which it is moving.`
  const update = `“bouncer update ${row.name} --dedicated”`
  return mayDedicate ? `${own}: ${update}.` : `${own}, which is part of Pro: “billing upgrade pro”, then ${update}.`
}

/** How it stands with a bouncer’s host name; `entitlements` say whether its member may have a service of its own. */
export async function hostnameOf(
  row: BouncerRow,
  { platform, entitlements }: Pick<Context, 'platform' | 'entitlements'>,
): Promise<Hostname> {
  const { bouncers } = platform
  const { name, hostname } = row
  if (hostname === null)
    return { name, hostname, status: { phase: 'none', message: null }, records: [], certificateFingerprint: null }
  const type = { 0: 'CNAME', 4: 'A', 6: 'AAAA' }[isIP(bouncers.host) as 0 | 4 | 6] as 'CNAME' | 'A' | 'AAAA'
  const mayDedicate = (await entitlements()).limits['bouncer.dedicated'].value !== 0
  const behind = row.observed_generation < row.generation && !row.failure
  return {
    name,
    hostname,
    status: {
      phase: behind ? 'pending' : row.hostname_verified_at ? 'verified' : 'unverified',
      message: lackOf(row, behind, mayDedicate),
    },
    records: [
      { name: hostname, type, value: bouncers.host },
      { type: 'TXT', ...proofOf(row, hostname) },
    ],
    certificateFingerprint: row.hostname_fingerprint,
  }
}
