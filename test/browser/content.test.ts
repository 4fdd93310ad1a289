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
}, 120_000)
afterAll(async () => {
  irc?.close()
  await browser?.close()
  await daemon?.remove()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

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
  expect(await page.locator('body').textContent()).toContain(address)
  await page.goto(address.replace(/\.png$/, ''))
  const seen = await page.evaluate(
    `(async (img) => (await img.decode(), [img.naturalWidth, img.naturalHeight]))(document.querySelector('img'))`,
  )
  expect(seen).toEqual([40, 30])
  expect(await page.getByRole('link', { name: 'Report abuse' }).getAttribute('href')).toMatch(/^mailto:|^http/)
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
