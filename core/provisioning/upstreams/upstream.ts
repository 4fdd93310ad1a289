import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { oneLine } from '../../accounts/account.ts'
import { BouncerName, Nick, Realname } from '../bouncers/bouncer.ts'

/** The upstream that the platform adds and signs in by itself. */
export const ownNetwork = 'net.irc.now'

export const UpstreamName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,31}$/, 'An upstream’s name has 1 to 32 lower-case letters, digits, . or -.')
  .describe('The upstream’s name, as in your client’s login: user/NAME.')

export const Channel = z.string().regex(/^[#&+!][^\s,\x00-\x1f\x7f-\x9f]{0,63}$/u, 'A channel looks like #chat.')

const hostname = /^[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?$/

/** `host`, `host:port` or a URL: `ircs://host:port` (TLS, the default) or `irc+insecure://host:port` (plain text). */
export const Address = z
  .string()
  .max(300)
  .regex(
    /^((ircs|irc\+insecure):\/\/)?([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?\/?$/,
    'An address looks like irc.example.org, irc.example.org:6697 or irc+insecure://127.0.0.1:6667.',
  )
  .refine((text) => {
    const { port } = parseAddress(text)
    return port > 0 && port < 65_536
  }, 'A port is between 1 and 65535.')
  .refine((text) => {
    const { host } = parseAddress(text)
    return isIPv6(host) || hostname.test(host)
  }, 'The address names no host; it looks like irc.example.org or [2001:db8::1].')
  .describe('The network’s address: host[:port]; TLS unless it starts with irc+insecure://.')

export function parseAddress(text: string): { host: string; port: number; tls: boolean } {
  const tls = !text.startsWith('irc+insecure://')
  const rest = text.replace(/^(ircs|irc\+insecure):\/\//, '').replace(/\/$/, '')
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(rest) ?? []
  return { host: bracketed ?? plain ?? '', port: port ? Number(port) : tls ? 6697 : 6667, tls }
}

export const formatAddress = ({ host, port, tls }: { host: string; port: number; tls: boolean }) =>
  `${tls ? 'ircs' : 'irc+insecure'}://${host.includes(':') ? `[${host}]` : host}:${port}`

export const Upstream = z.object({
  bouncer: z.string(),
  name: z.string(),
  address: z.string(),
  nick: z.string(),
  username: z.string().nullable(),
  realname: z.string().nullable(),
  sasl: z.enum(['none', 'plain', 'external']),
  saslUsername: z.string().nullable(),
  channels: z.array(z.string()),
  enabled: z.boolean(),
  managed: z.boolean().describe('Added and signed in by the platform.'),
  status: z.object({
    phase: z.enum(['pending', 'connected', 'connecting', 'disconnected', 'disabled', 'failed', 'deleting']),
    since: z.string().nullable(),
    message: z.string().nullable().describe('The last error.'),
    nick: z.string().nullable(),
    certificateFingerprint: z.string().nullable().describe('SHA-512, for NickServ CERT ADD.'),
  }),
  createdAt: z.string(),
})
export type Upstream = z.output<typeof Upstream>

const secret = oneLine(300).meta({ secret: true })

/** What a member may set; `update` takes the same, each of them optional. */
export const settings = {
  nick: Nick.nullable().optional().describe('The nick there; the bouncer’s own when absent.'),
  username: z
    .string()
    .regex(
      /^(?!:)[^\s@\x00-\x1f\x7f-\x9f]{1,32}$/u,
      'A user name has no spaces and no @, and does not start with a colon.',
    )
    .nullable()
    .optional()
    .describe('The user name (ident).'),
  realname: Realname.nullable().optional(),
  pass: secret.nullable().optional().describe('The server’s password (PASS).'),
  sasl: z
    .enum(['none', 'plain', 'external'])
    .optional()
    .describe(
      'How to sign in: plain wants a user name and a password, external a client certificate (certfp) that the bouncer makes.',
    ),
  saslUsername: oneLine(100).nullable().optional().describe('The services account there.'),
  saslPassword: secret.nullable().optional().describe('The services password there.'),
  serverFingerprint: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits: the SHA-256 of the certificate.')
    .nullable()
    .optional()
    .describe('Pins a self-signed server certificate: its SHA-256.'),
  channels: z.array(Channel).max(200).optional().describe('Channels to join.'),
  enabled: z.boolean().optional().describe('Whether to connect.'),
}

export const OfBouncer = BouncerName.default('main').describe('The bouncer it belongs to.')
