import { z } from 'zod'
import { oneLine } from '../../accounts/account.ts'

export const BouncerName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,23}$/,
    'A bouncer’s name has 1 to 24 lower-case letters, digits or -, and starts with a letter.',
  )
  .describe('The bouncer’s name.')

export const Nick = z
  .string()
  .regex(
    /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,31}$/,
    'A nick has 1 to 32 letters, digits or []\\`_^{|}-, and does not start with a digit or -.',
  )
  .describe('The nick to use.')

export const Realname = oneLine(128).describe('The real name shown in WHOIS.')

export const Phase = z.enum(['pending', 'connecting', 'ready', 'stopped', 'failed', 'deleting'])

export const Bouncer = z.object({
  name: z.string(),
  username: z.string().describe('The name to sign in with at the bouncer’s address.'),
  nick: z.string(),
  realname: z.string(),
  enabled: z.boolean(),
  placement: z.enum(['shared', 'dedicated']).describe('Where it is: on the bouncer for all, or on one of its own.'),
  hostname: z.string().nullable().describe('Your own host name for it.'),
  status: z.object({ phase: Phase, message: z.string().nullable() }),
  upstreams: z.string().describe('How many are connected, of how many.'),
  createdAt: z.string(),
})
export type Bouncer = z.output<typeof Bouncer>

/** What the bouncer's owner types as user name: unique on the platform, since account names hold no `+`. */
export const usernameOf = (accountName: string, bouncerName: string) =>
  bouncerName === 'main' ? accountName : `${accountName}+${bouncerName}`
