import { hashSecret, sameText } from '@irc-now/core/accounts/secrets'
import { deletePaste } from '@irc-now/core/content/pastes/delete'
import { type PasteRow, pasteOf } from '@irc-now/core/content/pastes/paste-store'
import { notFound } from '@irc-now/core/operation/errors'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { type Context as Exchange, Hono } from 'hono'
import { fromProblem } from '../problem.ts'
import { createRateLimit } from '../rate-limit.ts'
import { abuseLink } from './abuse.ts'
import type { Highlighter } from './highlight.ts'
import type { ContentEnv } from './host.ts'
import { pastePage, pastePolicy, sourceOf } from './paste-page.ts'
import { createRenderCache } from './render-cache.ts'
import { plainLines } from './source-lines.ts'

/** Texts beyond this many bytes are shown plain. */
const mostHighlighted = 256 * 1024

/** So many pages of such long texts are made for one address at once, and a second on the long run; those kept are no matter. */
const longPages = { burst: 12, perSecond: 0.2 }

/** What is no page of ours is nothing but data: no script, no origin. */
const dataHeaders = { 'content-security-policy': "default-src 'none'; sandbox", 'access-control-allow-origin': '*' }

/** `/ID` is the page, `/ID/raw` the text, `/ID.json` both for programs; DELETE wants the paste’s own token. */
export function createPastePages(deps: {
  runtime: Runtime
  highlighter: Highlighter
  abuse: string
}): Hono<ContentEnv> {
  const { runtime, highlighter, abuse } = deps
  const app = new Hono<ContentEnv>()
  const cache = createRenderCache()
  const limit = createRateLimit({ ...longPages, now: () => Date.now() })

  const find = async (id: string) => {
    const row = /^[0-9A-Za-z]{22}$/.test(id)
      ? await runtime.read((store) => store.pastes.seen(id, runtime.now()))
      : undefined
    if (!row) throw notFound('paste', id)
    return row
  }
  const textOf = async ({ id }: PasteRow) => {
    const text = await runtime.read((store) => store.pastes.text(id))
    if (text === undefined) throw notFound('paste', id)
    return text
  }

  /** The paste in one of its forms; `answer` makes it, where the client has not got it already. */
  const serve = async (
    c: Exchange<ContentEnv>,
    id: string,
    form: string,
    answer: (row: PasteRow) => Promise<{ body: string; type: string; headers: Record<string, string> }>,
  ) => {
    const row = await find(id)
    // When it goes stands in two of the forms, and may be announced without the paste being changed.
    const times = [row.updated_at, ...(row.announced_end ? [row.announced_end] : [])]
    const stamp = times.map((at) => at.getTime().toString(36)).join('-')
    const etag = `"${form}-${row.digest.slice(0, 22)}-${stamp}"`
    const headers = {
      etag,
      // Asked each time, since it may have gone.
      'cache-control': 'no-cache',
      ...(row.visibility === 'unlisted' ? { 'x-robots-tag': 'noindex, nofollow' } : {}),
    }
    const known = c.req.header('if-none-match')?.split(',') ?? []
    if (known.some((one) => one.trim().replace(/^W\//, '') === etag)) return c.body(null, 304, headers)
    const { body, type, headers: more } = await answer(row)
    return c.body(body, 200, { 'content-type': type, ...headers, ...more })
  }

  const rendered = async (row: PasteRow, address: string): Promise<string> => {
    const key = JSON.stringify([row.digest, row.language, row.title])
    const known = cache.get(key)
    if (known !== undefined) return known
    // 1 MB of what must be escaped takes a good part of a second, in which nobody else is served.
    if (row.bytes > mostHighlighted) limit.take(address)
    const text = await textOf(row)
    const { language, title } = row
    const lines = row.bytes > mostHighlighted ? null : await highlighter.highlight({ text, language, title })
    const source = sourceOf(lines === null || lines === 'busy' ? plainLines(text) : lines)
    if (lines !== 'busy') cache.set(key, source)
    return source
  }

  app.get('/:id/raw', (c) =>
    serve(c, c.req.param('id'), 'raw', async (row) => ({
      body: await textOf(row),
      type: 'text/plain; charset=utf-8',
      headers: dataHeaders,
    })),
  )
  app.get('/:file{[0-9A-Za-z]+[.]json}', (c) =>
    serve(c, c.req.param('file').replace('.json', ''), 'json', async (row) => {
      const { status: _, ...paste } = pasteOf(row, runtime.platform)
      const body = JSON.stringify({ ...paste, text: await textOf(row) })
      return { body, type: 'application/json', headers: dataHeaders }
    }),
  )
  app.get('/:id', (c) =>
    serve(c, c.req.param('id'), 'page', async (row) => ({
      body: String(
        await pastePage(
          row,
          await rendered(row, c.env.address),
          abuseLink(abuse, `${runtime.platform.txtUrl}/${row.id}`),
        ),
      ),
      type: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': pastePolicy },
    })),
  )

  app.delete('/:id', async (c) => {
    const row = await find(c.req.param('id'))
    const [, token] = /^Bearer (ircn_del_\w+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    if (token === undefined || !sameText(hashSecret(token), row.delete_hash)) {
      return fromProblem({
        code: 'not_allowed',
        message: 'This wants the paste’s delete token, as “Authorization: Bearer ircn_del_…”.',
      })
    }
    // Whoever has the token does it for its member, and the audit has it so.
    const caller = { accountId: row.account_id, via: 'http', scopes: ['paste:destroy'] } as const
    await run(runtime, deletePaste, { id: row.id }, caller, { confirm: row.id })
    return c.body(null, 204)
  })
  return app
}
