import { createHash } from 'node:crypto'
import { z } from 'zod'
import { formatSecret, hashSecret } from '../../accounts/secrets.ts'
import { assertRoom } from '../../billing/room.ts'
import { byteSize } from '../../operation/byte-size.ts'
import { defineOperation } from '../../operation/define.ts'
import { contentId } from '../content-id.ts'
import { Expires, endOf } from '../expiry.ts'
import { languageOfName } from './languages.ts'
import { assertText, Language, Paste, Title, Visibility } from './paste.ts'
import { pasteOf } from './paste-store.ts'

/** Bytes, and so characters; no plan has more, and a character takes at least one: what is longer is not even looked at. */
const longest = 1024 * 1024

export const createPaste = defineOperation({
  name: 'paste.create',
  summary: 'Publish a text at an address of its own.',
  description:
    'Whoever has the address can read it. The delete token lets a script delete it without signing in: “curl -X DELETE -H "Authorization: Bearer TOKEN" ADDRESS”.',
  access: 'member',
  effect: 'write',
  input: z.object({
    text: z
      .string()
      .min(1, 'There is nothing in it; paste some text.')
      .max(longest, `A paste has at most ${byteSize(longest)}; paste a part of it.`)
      .meta({ body: 'text' })
      .describe('The text, in UTF-8.'),
    title: Title.min(1).optional(),
    fileName: Title.min(1)
      .optional()
      .meta({ fileName: true })
      .describe('The file’s name: the title, or where there is another one, what says the language.'),
    language: Language.optional(),
    expires: Expires.optional(),
    visibility: Visibility.default('unlisted'),
  }),
  output: Paste.extend({
    id: z.string().meta({ made: true }),
    url: z.string().meta({ main: true, address: true, made: true }),
    deleteToken: z.string().meta({ secret: true }).describe('Shown once.'),
  }),
  errors: ['quota_reached', 'too_large'],
  examples: ['notes.md --expires 1h', '--title build.log --visibility public'],
  async handle({ text, title, fileName, language, expires, visibility }, { actor, store, now, platform, ...context }) {
    const entitlements = await context.entitlements()
    assertText(text, entitlements)
    const expiresAt = endOf('paste', expires, entitlements, now, actor.keepsContent)
    await assertRoom(entitlements, 'paste.live', () => store.pastes.count(actor.id, now))
    const deleteToken = formatSecret('ircn_del_', context.random(32))
    const row = {
      id: contentId(context.random),
      account_id: actor.id,
      title: title ?? fileName ?? null,
      language: language ?? languageBeside(title, fileName),
      visibility,
      text,
      bytes: Buffer.byteLength(text),
      digest: createHash('sha256').update(text).digest('base64url'),
      delete_hash: hashSecret(deleteToken),
      created_at: now,
      updated_at: now,
      expires_at: expiresAt,
      taken_down_at: null,
      taken_down_reason: null,
    }
    await store.pastes.insert(row)
    const paste = pasteOf(row, platform)
    context.event(`paste/${row.id}`, 'paste.created', `The paste ${paste.url} was created.`)
    return { ...paste, deleteToken }
  },
})

/** A title that says no language leaves it to the file’s name, which would say it if it were the title. */
const languageBeside = (title: string | undefined, fileName: string | undefined) =>
  title === undefined || fileName === undefined || languageOfName(title) !== null ? null : languageOfName(fileName)
