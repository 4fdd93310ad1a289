import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'
import { samples } from '../sample-files.ts'
import { loadedFonts, openBrowser } from './browser.ts'

// What is published, as whoever has its address sees it; and the page on which a member of IRC publishes.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let folder: string
let browser: Browser
let page: Page
let problems: string[]
let irc: Awaited<ReturnType<typeof connectIrc>>

const hostile = '<script>document.title = "owned"</script><img src=x onerror="document.title = \'owned\'">'
const code = ['/* one */', 'const answer = 42', `const text = '${hostile}'`, 'export { answer }', ''].join('\n')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-content-'))
  await writeFile(join(folder, 'answer.ts'), code)
  daemon = await createDaemon()
  await daemon.start()
  const { name } = JSON.parse((await daemon.cli('account', 'show', '--json')).stdout)
  const { password } = JSON.parse((await daemon.cli('password', 'create', 'browser', '--json')).stdout)
  irc = await connectIrc(daemon.ports.irc, name, { username: name, password })
  ;({ browser, page, problems } = await openBrowser())
})
afterAll(async () => {
  irc?.close()
  await browser?.close()
  await daemon?.remove()
  await rm(folder, { recursive: true, force: true })
})

async function publish(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await daemon.cli(...words)
  expect([code, stderr]).toEqual([0, ''])
  return stdout.trim()
}

test('a paste is highlighted text with lines to link to, in dark and light, and nothing in it runs', async () => {
  const address = await publish(
    'paste',
    'create',
    join(folder, 'answer.ts'),
    '--lang',
    'typescript',
    '--title',
    hostile,
  )
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${address}#L2-L3`)
  const colours = () =>
    page.evaluate<Record<string, string>>(`(() => {
      const of = (selector, name) => getComputedStyle(document.querySelector(selector))[name]
      return {
        page: of('body', 'backgroundColor'),
        plain: of('#L1', 'backgroundColor'),
        linked: of('#L2', 'backgroundColor'),
        keyword: of('.hljs-keyword', 'color'),
        text: of('body', 'color'),
      }
    })()`)
  const light = await colours()
  expect(light.keyword).not.toBe(light.text)
  expect(await page.evaluate(loadedFonts)).toEqual(['JetBrains Mono', 'Newsreader', 'Outfit'])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect((await colours()).page).not.toBe(light.page)
  expect(light.linked).not.toBe(light.plain)
  expect(await page.title()).toBe(`${hostile} · irc.now`)
  expect(await page.locator('body').textContent()).toContain('onerror=')
  // As it is, shown by the browser as text.
  await page.getByRole('link', { name: 'raw' }).click()
  await page.waitForURL(/\/raw$/)
  expect(await page.locator('pre').textContent()).toBe(code)
})

test('from IRC a page takes a picture that is chosen, dropped or pasted; everybody sees it, and the asker is told', async () => {
  irc.send('PRIVMSG NowServ :PIC UPLOAD')
  const [link] = /http\S+\/once\/\w+/.exec(await irc.until(/NOTICE .+\/once\//))!
  await page.goto(link)
  const bytes = [...(await readFile(samples.png))]
  await page.evaluate(
    `(() => {
      const given = new DataTransfer()
      given.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], 'dropped.png', { type: 'image/png' }))
      dispatchEvent(new DragEvent('drop', { dataTransfer: given, cancelable: true }))
    })()`,
  )
  expect(await page.evaluate(`document.getElementById('file').files[0]?.name`)).toBe('dropped.png')
  await page.getByRole('button', { name: 'Go on' }).click()
  const [address] = /http:\/\/pics\.\S+\.png/.exec(await irc.until(/NOTICE .+http:\/\/pics\./))!
  await expect.poll(() => page.locator('body').textContent()).toContain(address)
  await page.goto(address.replace(/\.png$/, ''))
  const seen = await page.evaluate(
    `(async (img) => (await img.decode(), [img.naturalWidth, img.naturalHeight]))(document.querySelector('img'))`,
  )
  expect(seen).toEqual([40, 30])
  expect(await page.getByRole('link', { name: 'Report abuse' }).getAttribute('href')).toMatch(/^mailto:|^http/)
})

test('a member signs up on the way to the upload page, drops and pastes, and copies the addresses', async () => {
  const visit = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  const own = await visit.newPage()
  own.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await own.goto(`http://127.0.0.1:${daemon.ports.http}/upload`)
  await own.getByRole('link', { name: 'Create one' }).click()
  await own.getByLabel(/^Name/).fill('harry')
  await own.getByLabel(/^Password/).fill('a long enough one')
  await own.getByRole('button', { name: 'Create' }).click()
  await own.getByText('You are signed in as harry').waitFor()
  expect(new URL(own.url()).pathname).toBe('/upload')
  const bytes = [...(await readFile(samples.png))]
  const give = (event: string, name: string) =>
    own.evaluate(`(() => {
      const given = new DataTransfer()
      given.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], '${name}', { type: 'image/png' }))
      dispatchEvent(${event})
    })()`)
  await give(`new DragEvent('drop', { dataTransfer: given, cancelable: true })`, 'dropped.png')
  await give(`new ClipboardEvent('paste', { clipboardData: given, cancelable: true })`, 'pasted.png')
  // As word processors and spreadsheets copy: the words, and a picture of them.
  const typed = await own.evaluate(`(() => {
    const given = new DataTransfer()
    given.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], 'words.png', { type: 'image/png' }))
    given.setData('text/plain', 'words')
    given.setData('text/html', '<b>words</b>')
    const paste = new ClipboardEvent('paste', { clipboardData: given, cancelable: true, bubbles: true })
    return document.getElementById('text').dispatchEvent(paste)
  })()`)
  expect(typed).toBe(true)
  expect(await own.locator('#chosen li').allTextContents()).toEqual(['dropped.png', 'pasted.png'])
  // What is too large is not even sent.
  await own.evaluate(`(() => {
    const given = new DataTransfer()
    given.items.add(new File([new Uint8Array(33 * 1024 * 1024)], 'large.png', { type: 'image/png' }))
    dispatchEvent(new DragEvent('drop', { dataTransfer: given, cancelable: true }))
  })()`)
  await own.getByLabel('Or a text').fill(code)
  await own.getByLabel(/^Its title/).fill('answer.ts')
  await own.getByRole('button', { name: 'Publish' }).click()
  await own.getByText('answer.ts').waitFor()
  await expect.poll(() => own.locator('a.address').count()).toBe(3)
  expect(await own.getByRole('alert').allTextContents()).toEqual([
    'large.png: A file has at most 32 MB; make it smaller.',
  ])
  expect(await own.locator('#chosen li').allTextContents()).toEqual(['large.png'])
  const addresses = await own.locator('a.address').allTextContents()
  expect(addresses[0]).toMatch(/^http:\/\/txt\./)
  // Twice the same picture is one.
  expect(addresses[1]).toMatch(/^http:\/\/pics\..+\.png$/)
  expect(addresses[2]).toBe(addresses[1])
  const widths = "[...document.querySelectorAll('.results img')].map((one) => one.naturalWidth)"
  await expect.poll(() => own.evaluate(widths)).toEqual([40, 40])
  await own.getByRole('button', { name: 'Copy' }).first().click()
  await own.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await own.evaluate('navigator.clipboard.readText()')).toBe(addresses[0])
  expect(await own.getByLabel('Or a text').inputValue()).toBe('')
  await own.goto(addresses[0]!)
  expect(await own.title()).toContain('answer.ts')
  await own.goBack()
  await own.getByRole('button', { name: 'Sign out' }).click()
  await own.waitForURL((at) => at.pathname !== '/upload')
  await own.getByRole('button', { name: 'Sign out' }).click()
  await own.getByText('You are signed out').waitFor()
  await own.goto(`http://127.0.0.1:${daemon.ports.http}/upload`)
  expect(new URL(own.url()).pathname).toMatch(/^\/sign-in\//)
  await visit.close()
})

test('the upload page works without scripts', async () => {
  const plain = await browser.newPage({ viewport: { width: 360, height: 640 }, javaScriptEnabled: false })
  await plain.goto(`http://127.0.0.1:${daemon.ports.http}/upload`)
  await plain.getByLabel('Name').fill('harry')
  await plain.getByLabel('Password').fill('a long enough one')
  await plain.getByRole('button', { name: 'Sign in' }).click()
  await plain.getByLabel(/^Pictures/).setInputFiles([samples.png, samples.svg, join(folder, 'answer.ts')])
  await plain.getByRole('button', { name: 'Publish' }).click()
  await plain.locator('a.address').nth(1).waitFor()
  expect(await plain.locator('a.address').allTextContents()).toEqual([
    expect.stringMatching(/^http:\/\/pics\./),
    expect.stringMatching(/^http:\/\/txt\./),
  ])
  expect(await plain.getByRole('alert').textContent()).toContain('c.svg: This is no JPEG')
  expect(await plain.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false)
  await plain.context().close()
})

test('both are read without scripts within a phone’s width, and no page breaks its own policy', async () => {
  const addresses = [
    await publish('paste', 'create', join(folder, 'answer.ts')),
    (await publish('pic', 'upload', samples.jpg)).replace(/\.jpg$/, ''),
  ]
  const phone = await browser.newPage({ viewport: { width: 360, height: 640 }, javaScriptEnabled: false })
  for (const address of addresses) {
    await phone.goto(address)
    expect([address, await phone.evaluate('document.documentElement.scrollWidth > innerWidth')]).toEqual([
      address,
      false,
    ])
  }
  expect(problems).toEqual([])
})
