import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { StripeOptions } from '../billing/stripe/client.ts'
import { contentUrls, parentHost } from '../content/content-url.ts'
import type { S3Settings } from '../content/files.s3.ts'
import { OperationError } from '../operation/errors.ts'
import { faultWords } from '../operation/fault-words.ts'

const port = (standard: number) => z.coerce.number().int().min(1).max(65_535).default(standard)
export const allRoles = ['api', 'nowserv', 'reconcile'] as const
export type Role = (typeof allRoles)[number]

const Environment = z.object({
  IRC_NOW_HOME: z.string().optional(),
  IRC_NOW_HOST: z.string().default('127.0.0.1'),
  IRC_NOW_PUBLIC_HOST: z.string().default('127.0.0.1'),
  IRC_NOW_HTTP_PORT: port(8067),
  IRC_NOW_HTTP_URL: z.url().optional(),
  IRC_NOW_TXT_URL: z.url().optional(),
  IRC_NOW_PICS_URL: z.url().optional(),
  IRC_NOW_ABUSE: z.union([z.email(), z.url({ protocol: /^https?$/ })], 'wants an e-mail address or a URL').optional(),
  IRC_NOW_IRC_PORT: port(6667),
  IRC_NOW_IRCS_PORT: port(6697),
  IRC_NOW_BOUNCER_PORT: port(6668),
  IRC_NOW_BOUNCERS_PORT: port(6698),
  IRC_NOW_ROLES: z
    .string()
    .default(allRoles.join(','))
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(z.enum(allRoles)).min(1))
    .transform((given) => allRoles.filter((role) => given.includes(role))),
  IRC_NOW_PRIVATE_UPSTREAMS: z.stringbool().default(false),
  IRC_NOW_DNS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    ),
  IRC_NOW_SOJU: z.string().optional(),
  IRC_NOW_ERGO: z.string().optional(),
  IRC_NOW_LOG: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  IRC_NOW_SECRET_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'wants 64 hexadecimal digits')
    .optional(),
  IRC_NOW_S3_ENDPOINT: z.url().optional(),
  IRC_NOW_S3_BUCKET: z.string().min(3).optional(),
  IRC_NOW_S3_REGION: z.string().default('us-east-1'),
  STRIPE_API_KEY: z
    .string()
    .regex(/^(sk|rk)_/, 'wants a secret key of Stripe, such as sk_live_…')
    .optional(),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(
      z.array(z.string().startsWith('whsec_', 'wants whsec_…, and the old one after a comma while both are in use')),
    )
    .optional(),
  STRIPE_API_URL: z.url().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'wants a postgres:// URL')
    .optional(),
})

export interface Configuration {
  /** The state folder; all that must be kept lies in it. */
  readonly home: string
  /** The user's cache folder. */
  readonly cache: string
  /** Where programs are looked for. */
  readonly path: string
  readonly host: string
  /** The host name or address that users type. */
  readonly publicHost: string
  readonly httpUrl: string
  /** Where pastes and pictures are seen: origins of their own, without a slash at their end. */
  readonly txtUrl: string
  readonly picsUrl: string
  /** Where abuse is reported: an e-mail address, or a page’s URL. */
  readonly abuse: string
  readonly ports: {
    readonly http: number
    readonly irc: number
    readonly ircs: number
    readonly bouncer: number
    readonly bouncers: number
  }
  readonly roles: readonly Role[]
  /** Where payments are taken by Stripe; null is the sandbox. */
  readonly stripe: StripeOptions | null
  readonly privateUpstreams: boolean
  /** Asked for members’ host names; the system’s where there are none. */
  readonly nameServers: readonly string[]
  readonly programs: { readonly soju?: string; readonly ergo?: string }
  readonly logLevel: string
  readonly secretKey: Buffer | null
  readonly databaseUrl: string | null
  /** Where large content lies; null is a folder in the home. */
  readonly s3: S3Settings | null
  readonly ownerName: string
}

/** Where `IRC_NOW_HOME` is when nobody says: the XDG data folder. Whole, since others are told of what lies in it. */
const homeOf = (env: NodeJS.ProcessEnv) =>
  resolve(env.IRC_NOW_HOME || join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'irc-now'))

/** Reads the environment; throws one sentence that names the variable at fault. */
export function readConfiguration(env: NodeJS.ProcessEnv): Configuration {
  const result = Environment.safeParse(env, { error: faultWords })
  if (!result.success) {
    const { path, message } = result.error.issues[0]!
    throw new OperationError(
      'invalid_input',
      `${path[0]?.toString()}: ${message.replace(/\.$/, '')}; see “Configuration” in the README.`,
    )
  }
  const read = result.data
  if (!read.DATABASE_URL && read.IRC_NOW_ROLES.length < allRoles.length) {
    throw new OperationError(
      'invalid_input',
      `IRC_NOW_ROLES: without DATABASE_URL the database is part of the one process that has all roles (${allRoles.join(',')}); set DATABASE_URL to a PostgreSQL to share them out.`,
    )
  }
  const httpUrl = (read.IRC_NOW_HTTP_URL ?? `http://${read.IRC_NOW_PUBLIC_HOST}:${read.IRC_NOW_HTTP_PORT}`).replace(
    /\/$/,
    '',
  )
  return {
    home: homeOf(env),
    cache: env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    path: env.PATH ?? '',
    host: read.IRC_NOW_HOST,
    publicHost: read.IRC_NOW_PUBLIC_HOST,
    httpUrl,
    ...contentUrls({
      httpUrl,
      publicHost: read.IRC_NOW_PUBLIC_HOST,
      port: read.IRC_NOW_HTTP_PORT,
      txt: read.IRC_NOW_TXT_URL,
      pics: read.IRC_NOW_PICS_URL,
    }),
    abuse: read.IRC_NOW_ABUSE ?? `abuse@${parentHost(read.IRC_NOW_PUBLIC_HOST)}`,
    ports: {
      http: read.IRC_NOW_HTTP_PORT,
      irc: read.IRC_NOW_IRC_PORT,
      ircs: read.IRC_NOW_IRCS_PORT,
      bouncer: read.IRC_NOW_BOUNCER_PORT,
      bouncers: read.IRC_NOW_BOUNCERS_PORT,
    },
    roles: read.IRC_NOW_ROLES,
    stripe: stripeOf(read),
    privateUpstreams: read.IRC_NOW_PRIVATE_UPSTREAMS,
    nameServers: read.IRC_NOW_DNS,
    programs: {
      ...(read.IRC_NOW_SOJU ? { soju: read.IRC_NOW_SOJU } : {}),
      ...(read.IRC_NOW_ERGO ? { ergo: read.IRC_NOW_ERGO } : {}),
    },
    logLevel: read.IRC_NOW_LOG,
    secretKey: read.IRC_NOW_SECRET_KEY ? Buffer.from(read.IRC_NOW_SECRET_KEY, 'hex') : null,
    databaseUrl: read.DATABASE_URL ?? null,
    s3:
      read.IRC_NOW_S3_BUCKET === undefined
        ? null
        : {
            endpoint: read.IRC_NOW_S3_ENDPOINT ?? null,
            bucket: read.IRC_NOW_S3_BUCKET,
            region: read.IRC_NOW_S3_REGION,
          },
    ownerName: ownerName(),
  }
}

function stripeOf(read: z.output<typeof Environment>): StripeOptions | null {
  if (!read.STRIPE_API_KEY) return null
  if (!read.STRIPE_WEBHOOK_SECRET) {
    throw new OperationError(
      'invalid_input',
      'STRIPE_WEBHOOK_SECRET: wants the secret of the webhook endpoint, since STRIPE_API_KEY is set; see docs/billing.md.',
    )
  }
  return {
    secretKey: read.STRIPE_API_KEY,
    webhookSecrets: read.STRIPE_WEBHOOK_SECRET,
    ...(read.STRIPE_API_URL ? { apiUrl: read.STRIPE_API_URL } : {}),
  }
}

/** The owner's account takes the user's name, as far as it can be a nick. */
function ownerName(): string {
  let name = ''
  try {
    name = userInfo().username
  } catch {
    // A user id without an entry in the user list (containers) has no name.
  }
  const fit = name
    .replace(/[^A-Za-z0-9_-]/g, '')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 24)
  return fit.length >= 2 ? fit : 'owner'
}
