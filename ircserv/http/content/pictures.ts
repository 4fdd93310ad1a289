import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import type { Files } from '@irc-now/core/content/files.port'
import { goesAt } from '@irc-now/core/content/for-ever-store'
import { pictureKeys } from '@irc-now/core/content/pictures/picture-store'
import { type PictureKind, pictureTypes } from '@irc-now/core/content/pictures/sniff'
import { notFound } from '@irc-now/core/operation/errors'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { type Context as Exchange, Hono } from 'hono'
import { html } from 'hono/html'
import { page, pageHeaders } from '../pages/layout.ts'
import { abuseLink } from './abuse.ts'
import { rangeOf } from './byte-range.ts'
import type { ContentEnv } from './host.ts'

const year = 31_536_000

interface Shown {
  readonly key: string
  readonly type: string
  readonly bytes: number
  readonly etag: string
  readonly expiresAt: Date | null
}

/** `/ID.png` (or what it is) is the picture, `/ID/thumbnail.webp` a small one, `/ID` a page with it. */
export function createPicturePages(deps: { runtime: Runtime; files: Files; abuse: string }): Hono<ContentEnv> {
  const { runtime, files, abuse } = deps
  const app = new Hono<ContentEnv>()

  const find = async (id: string) => {
    const row = /^[0-9A-Za-z]{22}$/.test(id)
      ? await runtime.read((store) => store.pictures.seen(id, runtime.now()))
      : undefined
    if (!row) throw notFound('pic', id)
    return row
  }

  async function serve(c: Exchange<ContentEnv>, { key, type, bytes, etag, expiresAt }: Shown): Promise<Response> {
    // What is at an address never changes; only how long it is there is known beforehand.
    const left = expiresAt ? Math.floor((expiresAt.getTime() - runtime.now().getTime()) / 1000) : year
    const headers: Record<string, string> = {
      etag,
      'cache-control': `public, max-age=${Math.max(0, Math.min(year, left))}, immutable`,
      'accept-ranges': 'bytes',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'x-robots-tag': 'noindex',
    }
    const known = c.req.header('if-none-match')?.split(',') ?? []
    if (known.some((one) => one.trim().replace(/^W\//, '') === etag)) return c.body(null, 304, headers)
    const since = c.req.header('if-range')
    const asked = since === undefined || since === etag ? c.req.header('range') : undefined
    const range = c.req.method === 'HEAD' ? null : rangeOf(asked, bytes)
    if (range === 'outside') return c.body(null, 416, { 'content-range': `bytes */${bytes}` })
    headers['content-type'] = type
    headers['content-length'] = String(range ? range.last - range.first + 1 : bytes)
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    const stream = await files.get(key, range ?? undefined)
    if (!stream) throw notFound('pic', key)
    if (range) headers['content-range'] = `bytes ${range.first}-${range.last}/${bytes}`
    return c.body(Readable.toWeb(stream) as WebStream as ReadableStream, range ? 206 : 200, headers)
  }

  app.get('/:id/thumbnail.webp', async (c) => {
    const row = await find(c.req.param('id'))
    return serve(c, {
      key: pictureKeys(row.file)[1],
      type: pictureTypes.webp,
      bytes: row.thumbnail_bytes,
      etag: `"t-${row.hash}"`,
      expiresAt: goesAt(row),
    })
  })
  app.get('/:file{[0-9A-Za-z]+[.][a-z]+}', async (c) => {
    const [id = '', kind] = c.req.param('file').split('.') as [string?, PictureKind?]
    const row = await find(id)
    if (row.kind !== kind) throw notFound('pic', id)
    return serve(c, {
      key: pictureKeys(row.file)[0],
      type: pictureTypes[row.kind],
      bytes: row.bytes,
      etag: `"${row.hash}"`,
      expiresAt: goesAt(row),
    })
  })
  app.get('/:id', async (c) => {
    const row = await find(c.req.param('id'))
    const address = `${runtime.platform.picsUrl}/${c.req.param('id')}`
    const end = goesAt(row)
    const until = end ? html` · until ${end.toISOString().slice(0, 10)}` : ''
    const content = html`<p><a href="${address}.${row.kind}"><img src="${address}.${row.kind}" alt="The picture" width="${row.width}" height="${row.height}"></a></p>
      <p class="quiet">${row.width} × ${row.height}${until} · <a href="${abuseLink(abuse, address)}" rel="nofollow">Report abuse</a></p>`
    return c.html(page('Picture', content, { wide: true }), 200, {
      ...pageHeaders,
      'content-security-policy': `${pageHeaders['content-security-policy']}; img-src 'self'`,
      'x-robots-tag': 'noindex',
    })
  })
  return app
}
