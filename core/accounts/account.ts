import { z } from 'zod'

/** An account's name: also its nick and services account on net.irc.now; immutable, unique without regard to case. */
export const AccountName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{1,23}$/, 'A name has 2 to 24 letters, digits, - or _, and starts with a letter.')
  .describe('The account’s name, which is also its nick on net.irc.now.')

/**
 * A field for people to read: one line, no control characters. They are spelled out because not every reader of the
 * OpenAPI document knows \p{Cc}.
 */
export const oneLine = (maximum: number) =>
  z
    .string()
    .max(maximum, `At most ${maximum} characters.`)
    .regex(/^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$/u, 'No line breaks and no control characters, please.')

export const Email = z.email('An e-mail address looks like name@example.org.').max(254)

/** What a person signs in with on pages; IRC clients have app passwords instead. */
export const SignInPassword = z
  .string()
  .min(8, 'A password has at least 8 characters.')
  .max(200, 'A password has at most 200 characters.')
  .meta({ secret: true })

const reserved = /^(.*serv|admin|administrator|irc-?now|nowadmin|operator|support|abuse|system|global|staff)$/i

/** Names that would let somebody pass for the platform. */
export const isReservedName = (name: string) => reserved.test(name)

export const nameKey = (name: string) => name.toLowerCase()

/** How long what one publishes stays where nothing else is said: as long as the plan says, or until it is deleted. */
export const ContentExpiry = z.enum(['plan', 'never'])

export const Account = z.object({
  name: z.string(),
  role: z.enum(['member', 'ops']),
  plan: z.string(),
  displayName: z.string().nullable(),
  email: z.string().nullable(),
  contentExpiry: ContentExpiry,
  status: z.object({ phase: z.enum(['active', 'suspended', 'deleting']), message: z.string().nullable() }),
  createdAt: z.string().describe('ISO 8601'),
})
export type Account = z.output<typeof Account>
