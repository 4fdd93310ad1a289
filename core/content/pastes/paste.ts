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
