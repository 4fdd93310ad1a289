import { z } from 'zod'
import { oneLine } from '../../accounts/account.ts'
import type { Entitlements } from '../../billing/entitlements.ts'
import { byteSize } from '../../operation/byte-size.ts'
import { OperationError } from '../../operation/errors.ts'
import { idOfAddress } from '../content-id.ts'
import { isLanguage, unknownLanguage } from './languages.ts'

export const PasteId = z
  .string()
  .max(300)
  .transform(idOfAddress)
  .pipe(z.string().regex(/^[0-9A-Za-z]{22}$/, 'A paste’s id has 22 letters and digits; see “paste list”.'))
  .describe('The paste’s id, or its address.')

export const Title = oneLine(120).describe('A title, such as a file’s name: its ending says the language.')

export const Language = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9+#._-]{0,31}$/, 'A language is one word, such as python, rust or text.')
  .refine(isLanguage, { error: ({ input }) => unknownLanguage(String(input)) })
  .meta({ alias: 'lang' })
  .describe('The language to highlight, such as python or diff; “text” is none.')

export const Visibility = z
  .enum(['public', 'unlisted'])
  .meta({ choiceFlags: true })
  .describe('Either is seen by whoever has the address; search engines are told to leave out what is unlisted.')

const hour = 3_600_000
/** In milliseconds; null is never. */
export const lives = { '1h': hour, '1d': 24 * hour, '7d': 7 * 24 * hour, '90d': 90 * 24 * hour, never: null } as const

export const Expires = z
  .enum(Object.keys(lives) as [keyof typeof lives, ...(keyof typeof lives)[]])
  .describe('When it goes; as late as your plan allows when absent.')

export const Paste = z.object({
  id: z.string(),
  title: z.string().nullable().meta({ fileName: true }),
  language: z.string().nullable().meta({ language: true }),
  visibility: z.enum(['public', 'unlisted']),
  status: z.object({ phase: z.enum(['active', 'removed', 'deleted']), message: z.string().nullable() }),
  bytes: z.int(),
  createdAt: z.string().describe('ISO 8601'),
  expiresAt: z.string().nullable().describe('ISO 8601; null is never.'),
  url: z.string().meta({ address: true }),
})
export type Paste = z.output<typeof Paste>

/** Text is what every editor can show: no NUL, and no half characters. Other control characters are kept. */
export function assertText(text: string, entitlements: Entitlements): void {
  if (text.includes('\0'))
    throw new OperationError('invalid_input', 'text: there is a NUL in it, so it is no text; pastes are text alone.', {
      field: 'text',
    })
  const { value, why } = entitlements.limits['paste.maxBytes']
  const bytes = Buffer.byteLength(text)
  if (value === null || bytes <= value) return
  throw new OperationError(
    'too_large',
    `The text has ${bytes} bytes; at most ${byteSize(value)}, ${value} bytes, are allowed (${why}); paste a part of it.`,
    {
      field: 'text',
      details: { limit: value, used: bytes, why },
    },
  )
}

/**
 * When a paste goes that is made, or told so, now; `null` is never, which is also meant where nothing is said, the member
 * `keeps` what they publish, and the plan lets them. Throws `quota_reached` where the plan won't have it.
 */
export function endOf(
  expires: z.output<typeof Expires> | undefined,
  plan: Entitlements,
  now: Date,
  keeps = false,
): Date | null {
  const { value, why } = plan.limits['paste.lifeHours']
  const longest = value === null ? null : value * hour
  const wanted = expires !== undefined ? lives[expires] : keeps && plan.keepsForEver ? null : longest
  const allowed = wanted === null ? longest === null || plan.keepsForEver : longest === null || wanted <= longest
  if (allowed) return wanted === null ? null : new Date(now.getTime() + wanted)
  throw new OperationError(
    'quota_reached',
    `A paste stays ${value} hours at most (${why}); say a shorter time, or none for the longest.`,
    { field: 'expires', details: { limit: value, why } },
  )
}
