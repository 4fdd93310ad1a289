import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openTestPglite } from '../../../test/pglite.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { quietLog } from '../../../test/quiet-log.ts'
import { createHighlighter } from './highlight.ts'
import { createContentHost } from './host.ts'
import { createPastePages } from './pastes.ts'

let platform: Awaited<ReturnType<typeof createTestPlatform>>
let host: ReturnType<typeof createContentHost>
let close: () => Promise<void>
let database: Awaited<ReturnType<typeof openTestPglite>>
let address = 0

beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
  // On a machine that has much else to do it may take longer than whoever waits for a page has patience.
  const highlighter = createHighlighter({ limitMs: 60_000 })
  host = createContentHost(quietLog)
  host.route('/', createPastePages({ runtime: platform.runtime, highlighter, abuse: 'abuse@example.org' }))
  close = async () => {
    highlighter.stop()
    await database.close()
  }
})
afterAll(() => close())

/** Each time from another address, so that nobody is told to wait. */
function request(path: string, init: RequestInit = {}, from?: string) {
  address += 1
  const env = {
    address: from ?? `192.0.2.${address}`,
    onSocket: false,
    incoming: null as never,
    outgoing: null as never,
  }
  return host.request(path, init, env)
}
const page = async (path: string) => (await request(path)).text()
const create = (text: string, more: object = {}) => platform.call('ops', 'paste.create', { text, ...more })
const contents = (html: string) => html.slice(html.indexOf('<pre>'), html.indexOf('</pre>'))

test('the page numbers and highlights its lines, in the language said, or that of the file name', async () => {
  const rust = 'fn main() {\n    /* over\n    lines */ println!("<b>");\n}\n'
  for (const more of [{ title: 'src/main.rs' }, { language: 'Rust' }, { language: 'rust', title: 'x.py' }]) {
    const { id } = await create(rust, more)
    const html = contents(await page(`/${id}`))
    expect(html).toContain('<span class="line" id="L1"><a href="#L1">1</a><span class="hljs-keyword">fn</span>')
    // What goes on over a line’s end begins anew on the next.
    expect(html).toContain('<a href="#L2">2</a>    <span class="hljs-comment">/* over</span></span>')
    expect(html).toContain('<a href="#L3">3</a><span class="hljs-comment">    lines */</span>')
    expect([html.includes('&lt;b&gt;'), html.includes('id="L5"')]).toEqual([true, false])
  }
  for (const more of [{}, { title: 'main' }, { language: 'text', title: 'main.rs' }, { title: 'main.nosuch' }])
    expect(contents(await page(`/${(await create(rust, more)).id}`))).not.toContain('hljs')
  expect(contents(await page(`/${(await create('all:\n', { title: 'Makefile' })).id}`))).toContain('hljs-section')
})

test('nothing in text, title or language becomes HTML, highlighted or plain', async () => {
  const evil = `</pre></code><script>alert(1)</script><img src=x onerror=alert(1)>"'&lt;<!--<svg/onload=1>\n<a href="javascript:1">`
  for (const language of ['html', 'text', 'php', 'markdown', 'javascript', 'xml', 'plaintext']) {
    const { id } = await create(evil, { title: `<script>alert(2)</script>"'.html`, language })
    const html = await page(`/${id}`)
    expect([language, html.match(/<script/g)?.length]).toEqual([language, 1])
    expect(html).not.toMatch(/<(img|svg|!--)|<a href="javascript|alert\(2\)<\/script>/)
    expect(contents(html).replace(/<\/?(pre|code|span|a|i)( [^<>]*)?>/g, '')).not.toMatch(/[<>]/)
  }
})

test('the page may run its own script and style, and nothing else; no other form is a page', async () => {
  const { id } = await create('<script>1</script>')
  const response = await request(`/${id}`)
  const html = await response.text()
  const policy = response.headers.get('content-security-policy')!
  for (const tag of ['script', 'style']) {
    const [, text] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)!
    expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(text!).digest('base64')}';`)
  }
  expect(policy).toMatch(/^default-src 'none'; .*form-action 'none'; frame-ancestors 'none'; base-uri 'none'$/)
  expect(html).toContain(
    `mailto:abuse@example.org?subject=${encodeURIComponent(`Abuse at http://txt.localhost:8080/${id}`)}`,
  )
  for (const [path, type] of [
    ['raw', 'text/plain; charset=utf-8'],
    ['json', 'application/json'],
  ] as const) {
    const { headers } = await request(path === 'raw' ? `/${id}/raw` : `/${id}.json`)
    expect([headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([type, 'nosniff'])
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect([headers.get('set-cookie'), headers.get('x-robots-tag')]).toEqual([null, 'noindex, nofollow'])
  }
})

test('raw and JSON have the text as it was given; in the page what can’t be seen is shown', async () => {
  const text = 'a\u001b[31m\tb\r\n\u202eevil\u0007\u007f\u0085\r'
  const made = await create(text, { title: 'x.sh', visibility: 'public' })
  expect(Buffer.from(await (await request(`/${made.id}/raw`)).arrayBuffer()).equals(Buffer.from(text))).toBe(true)
  const json = await (await request(`/${made.id}.json`)).json()
  expect(json).toMatchObject({ id: made.id, title: 'x.sh', text, url: made.url })
  expect([json.deleteToken, json.account]).toEqual([undefined, undefined])
  for (const language of ['bash', 'text']) {
    const html = contents(await page(`/${(await create(text, { language })).id}`)).replace(/<\/?span[^>]*>/g, '')
    expect(html).toMatch(/a<i>\^\[<\/i>\[31m\tb\n/)
    expect(html).toContain('<i>U+202E</i>evil<i>^G^?U+0085 ^M</i>')
  }
  expect((await request(`/${made.id}`)).headers.get('x-robots-tag')).toBeNull()
})

test('a text that the highlighter doesn’t master in its time, or that is long, is shown plain', async () => {
  const slow = createHighlighter({ limitMs: 1 })
  const job = { text: 'let x = 1\n'.repeat(20_000), language: 'typescript', title: null }
  expect(await slow.highlight(job)).toBeNull()
  slow.stop()
  // The next one has a new thread.
  const quick = createHighlighter({ limitMs: 60_000, mostWaiting: 2 })
  expect(await quick.highlight({ ...job, text: 'let x = 1' })).toHaveLength(1)
  const three = await Promise.all([job, job, job].map((one) => quick.highlight({ ...one, text: 'let x = 1' })))
  expect(three[2]).toBe('busy')
  quick.stop()
  const { id } = await create('let x = 1\n'.repeat(30_000), { language: 'typescript' })
  const html = await page(`/${id}`)
  expect([html.includes('class="hljs'), html.includes('id="L1"')]).toEqual([false, false])
  const short = await create(`${'let x = 1\n'.repeat(10_000)}${' '.repeat(200_000)}`, { language: 'typescript' })
  const numbered = await page(`/${short.id}`)
  expect([numbered.includes('class="hljs'), numbered.includes('id="L10001"')]).toEqual([false, true])
})

test('pages that take long to make are kept, and only so many are made for one address', async () => {
  // With time one more may be made.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  // What is shown by its name takes the most room.
  const long = (n: number) => create(`${n}\n${'<\u0001'.repeat(500_000)}`)
  const ids = []
  for (let n = 0; n < 13; n += 1) ids.push((await long(n)).id)
  const from = (address: string) => async (id: string) => (await request(`/${id}`, {}, address)).status
  const answers = []
  for (const id of ids) answers.push(await from('203.0.113.1')(id))
  expect(answers).toEqual([...Array(12).fill(200), 429])
  expect(await from('203.0.113.1')(ids[11]!)).toBe(200)
  expect(await from('203.0.113.2')(ids[12]!)).toBe(200)
  expect((await request(`/${ids[0]}/raw`, {}, '203.0.113.1')).status).toBe(200)
})

test('who has it already is told so; HEAD has no body; a change is a new tag', async () => {
  const { id } = await create('x', { title: 'a' })
  for (const path of [`/${id}`, `/${id}/raw`, `/${id}.json`]) {
    const etag = (await request(path)).headers.get('etag')!
    const again = await request(path, { headers: { 'if-none-match': `"other", W/${etag}` } })
    expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
    const head = await request(path, { method: 'HEAD' })
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', etag])
    await platform.call('ops', 'paste.update', { id, title: `b${path.length}` })
    expect((await request(path, { headers: { 'if-none-match': etag } })).status).toBe(200)
  }
})

test('what was to stay for ever, and goes on an announced day, says which, also to who has the page already', async () => {
  const { id } = await create('x', { expires: 'never' })
  const paths = [`/${id}`, `/${id}.json`]
  expect(await page(paths[0]!)).toContain('<span>kept</span>')
  const tags = await Promise.all(paths.map(async (path) => (await request(path)).headers.get('etag')!))
  const owner = await platform.runtime.read((store) => store.accounts.byName('ops'))
  const content_ends_at = new Date('2099-01-02T03:04:05.000Z')
  const announce = (end: Date | null) =>
    platform.runtime.transaction(async (store) => {
      await store.billing.open(owner!.id)
      await store.billing.change(owner!.id, { content_ends_at: end })
    })
  await announce(content_ends_at)
  expect(await page(paths[0]!)).toContain('until <time datetime="2099-01-02T03:04:05.000Z">2099-01-02 03:04</time> UTC')
  expect(await (await request(paths[1]!)).json()).toMatchObject({ expiresAt: '2099-01-02T03:04:05.000Z' })
  for (const [i, path] of paths.entries())
    expect((await request(path, { headers: { 'if-none-match': tags[i]! } })).status).toBe(200)
  await announce(null)
})

test('absent, expired, taken down: the same answer to the letter, and a limit for who guesses', async () => {
  const [taken, other, expired] = [await create('x'), await create('x'), await create('x')]
  const past = { expires_at: new Date(Date.now() - 1000) }
  await database.kysely.updateTable('pastes').set(past).where('id', '=', expired.id).execute()
  await platform.call('ops', 'paste.takedown', { id: taken.id, reason: 'r' }, { confirm: taken.id })
  const answers = await Promise.all(
    [
      `/${taken.id}`,
      `/${expired.id}`,
      `/${expired.id}/raw`,
      `/${'x'.repeat(22)}`,
      '/short',
      `/${taken.id}/raw`,
      `/${taken.id}.json`,
    ].map(async (path) => {
      const response = await request(path)
      return [response.status, await response.text(), JSON.stringify([...response.headers])]
    }),
  )
  expect(answers[0]![0]).toBe(404)
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
  // With time one more may be tried.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  for (let n = 0; n < 60; n += 1) await request(`/${'x'.repeat(22)}`, {}, '198.51.100.9')
  expect((await request(`/${other.id}`, {}, '198.51.100.9')).status).toBe(429)
})

test('its delete token deletes it, once, as its member; no other does', async () => {
  const [one, other] = [await create('x'), await create('x')]
  const remove = (id: string, token?: string) =>
    request(`/${id}`, { method: 'DELETE', ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}) })
  for (const token of [undefined, other.deleteToken, 'ircn_del_x', `${one.deleteToken}x`])
    expect((await remove(one.id, token)).status).toBe(403)
  expect((await request(`/${one.id}`)).status).toBe(200)
  expect((await remove(one.id, one.deleteToken)).status).toBe(204)
  expect([(await request(`/${one.id}`)).status, (await remove(one.id, one.deleteToken)).status]).toEqual([404, 404])
  const [line] = (await platform.call('ops', 'audit.list')).items
  expect(line).toMatchObject({ actor: 'ops', via: 'http', operation: 'paste.delete' })
})
