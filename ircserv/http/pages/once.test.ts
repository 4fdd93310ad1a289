import { createOneTimeLink, linkSubject } from '@irc-now/core/accounts/one-time-link'
import { catalogue } from '@irc-now/core/catalogue'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../../test/pglite.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { quietLog } from '../../../test/quiet-log.ts'
import { createOncePage } from './once.ts'

let platform: Awaited<ReturnType<typeof createTestPlatform>>
let pages: ReturnType<typeof createOncePage>
let alice: string
let close: () => Promise<void>

beforeAll(async () => {
  const database = await openTestPglite()
  platform = await createTestPlatform(database)
  alice = await platform.member('alice')
  pages = createOncePage({
    operations: catalogue,
    runtime: platform.runtime,
    open: platform.keyring.open,
    log: quietLog,
  })
  close = () => database.close()
})
afterAll(() => close())

async function link(input: object = {}, accountId = alice): Promise<string> {
  const { runtime } = platform
  const request = { input: { ...input } }
  const made = await runtime.transaction((store) =>
    createOneTimeLink(
      store,
      { ...runtime, now: runtime.now() },
      { accountId, operation: 'paste.create', request, lifeMs: 60_000 },
    ),
  )
  return made.url
}
const ask = (url: string, form?: Record<string, string | File>) => {
  const body = new FormData()
  for (const [name, value] of Object.entries(form ?? {})) body.append(name, value)
  const env = { address: '192.0.2.1', onSocket: false, incoming: null as never, outgoing: null as never }
  return pages.request(new URL(url).pathname, form ? { method: 'POST', body } : {}, env)
}
const pastes = async () => (await platform.call('alice', 'account.export')).pastes

test('a text is put in on the page, or a file is; its author’s events say what came of it', async () => {
  const url = await link({ title: 'said before', expires: '1h' })
  const form = await (await ask(url)).text()
  expect(form).toMatch(/<textarea [^>]*name="text"[\s\S]*<input [^>]*name="file" type="file"/)
  expect(form).not.toContain('type="password"')
  expect(form).toContain('<dt>title</dt><dd>said before</dd>')
  expect((await ask(url, { text: '' })).status).toBe(400)
  const refused = await ask(url, { text: '<b>a\0b' })
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('&lt;b&gt;a')])
  const done = await ask(url, { text: 'one\r\ntwo\r\n', file: new File([], '') })
  expect(done.status).toBe(200)
  const [made] = await pastes()
  expect(made).toMatchObject({ title: 'said before', text: 'one\ntwo\n' })
  expect(await done.text()).toContain(`<dd>${made.url}</dd>`)
  const events = await platform.runtime.read((store) => store.events.after(alice, '0'))
  expect(events.at(-1)).toMatchObject({ subject: linkSubject(url), message: made.url })
  expect(JSON.stringify(events)).not.toContain('ircn_')
  expect((await ask(url, { text: 'again' })).status).toBe(404)
})

test('a file names itself, and is taken as it is, if it is text', async () => {
  const url = await link()
  expect((await ask(url, { text: '', file: new File([Buffer.from([0xff, 0xfe])], 'x.bin') })).status).toBe(400)
  expect((await ask(url, { text: 'x'.repeat(5_000_000) })).status).toBe(413)
  expect((await ask(url, { text: 'not this', file: new File(['a\r\nb'], 'notes.md') })).status).toBe(200)
  expect((await pastes()).at(-1)).toMatchObject({ title: 'notes.md', text: 'a\r\nb' })
})

test('an invitation is headed by what it is for and names the member; a newer one ends it', async () => {
  const { link: first } = await platform.call('ops', 'account.invite', { name: 'alice' })
  await platform.call('ops', 'account.invite', { name: 'alice' }, { dryRun: true })
  expect(await (await ask(first)).text()).toMatch(/<h1>Set your password, alice<\/h1>[\s\S]+account “alice”/)
  const { link: second } = await platform.call('ops', 'account.invite', { name: 'alice' })
  expect((await ask(first)).status).toBe(404)
  // What is wrong stands by the form, which is still there.
  const refused = await ask(second, { password: 'short' })
  expect(refused.status).toBe(400)
  expect(await refused.text()).toMatch(
    /Set your password, alice[\s\S]+at least 8 characters[\s\S]+<form[\s\S]+type="password"/,
  )
  const done = await (await ask(second, { password: 'a long enough one' })).text()
  expect(done).toMatch(/Your password is set\. Sign in with[\s\S]+ alice/)
  expect((await ask(second)).status).toBe(404)
})

test.each([
  ['without its boundary', 'multipart/form-data', '--b\r\nx'],
  [
    'that is cut off',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nab',
  ],
])('a form %s is refused in one sentence, and the link still works', async (_what, type, body) => {
  const url = await link()
  const env = { address: '192.0.2.1', onSocket: false, incoming: null as never, outgoing: null as never }
  const headers = { 'content-type': type }
  const refused = await pages.request(new URL(url).pathname, { method: 'POST', headers, body }, env)
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('did not come as it was sent')])
  expect((await ask(url, { text: 'whole' })).status).toBe(200)
})

test('of one account only so many whole files are held while they come', async () => {
  const bob = await platform.member('bob')
  const links = await Promise.all(Array.from({ length: 3 }, () => link({}, bob)))
  const endings: (() => void)[] = []
  /** A form whose end has yet to come. */
  const begun = (url: string) => {
    const boundary = { 'content-type': 'multipart/form-data; boundary=x' }
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'))
        endings.push(() => {
          controller.enqueue(Buffer.from('held\r\n--x--\r\n'))
          controller.close()
        })
      },
    })
    const env = { address: '192.0.2.1', onSocket: false, incoming: null as never, outgoing: null as never }
    const init = { method: 'POST', headers: boundary, body, duplex: 'half' } as RequestInit
    return pages.request(new URL(url).pathname, init, env)
  }
  const answers = links.slice(0, 2).map(begun)
  await expect.poll(async () => (await ask(links[2]!, { text: 'one more' })).status).toBe(429)
  for (const end of endings) end()
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200])
  expect((await ask(links[2]!, { text: 'one more' })).status).toBe(200)
})
