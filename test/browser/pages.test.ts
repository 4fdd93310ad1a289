import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'
import { loadedFonts, openBrowser } from './browser.ts'

// What a person sees in a real browser, against the built daemon with real soju and ergo.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let browser: Browser
let page: Page
let problems: string[]
const url = (path: string) => `http://127.0.0.1:${daemon.ports.http}${path}`

beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
  ;({ browser, page, problems } = await openBrowser())
})
afterAll(async () => {
  await browser?.close()
  await daemon?.remove()
})

test('signing up shows an app password that signs in on IRC', async () => {
  await page.goto(url('/'))
  await page.getByRole('link', { name: 'Create your account' }).click()
  await page.getByLabel(/^Name/).fill('ron')
  await page.getByLabel(/^Password/).fill('short')
  await page.getByRole('button', { name: 'Create' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('at least 8 characters')
  expect(await page.getByLabel(/^Name/).inputValue()).toBe('ron')
  await page.getByLabel(/^Password/).fill('a long enough one')
  await page.getByRole('button', { name: 'Create' }).click()
  await page
    .getByText(/ircn_app_\w{32}/)
    .first()
    .waitFor()
  const [password] = /ircn_app_\w{32}/.exec(await page.content()) ?? []
  const client = await connectIrc(daemon.ports.irc, 'ron', { username: 'ron', password: password! })
  await client.until(/ 900 .* ron /)
  client.close()
})

test('a terminal’s link goes by itself to its code, and signs in after a yes and a password', async () => {
  const discovered = (await (await fetch(url('/oidc/.well-known/openid-configuration'))).json()) as Record<
    string,
    string
  >
  const ask = (endpoint: string, form: Record<string, string>) =>
    fetch(discovered[endpoint]!, { method: 'POST', body: new URLSearchParams({ client_id: 'irc-now-cli', ...form }) })
  const device = (await (
    await ask('device_authorization_endpoint', { scope: 'openid offline_access', resource: url('') })
  ).json()) as Record<string, string>
  await page.goto(device.verification_uri_complete!)
  // The provider's hand-over sends itself by its one script, which our policy allows by its hash.
  await page.getByText('Is this your terminal?').waitFor()
  expect(await page.locator('.code').textContent()).toBe(device.user_code)
  await page.getByRole('button', { name: 'Yes, go on' }).click()
  await page.getByLabel('Name').fill('ron')
  await page.getByLabel('Password').fill('a long enough one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Your terminal is signed in as ron').waitFor()
  const tokens = await ask('token_endpoint', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device.device_code!,
  })
  expect(await tokens.json()).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) })
})

test('pages are dressed, read without scripts, and stay within a phone’s width', async () => {
  const phone = await browser.newPage({ viewport: { width: 360, height: 640 }, javaScriptEnabled: false })
  for (const path of ['/', '/register', '/login', '/oidc/device', '/once/nothing']) {
    await phone.goto(url(path))
    const seen = await phone.evaluate<{ font: string; wide: boolean }>(
      '({ font: getComputedStyle(document.body).fontFamily, wide: document.documentElement.scrollWidth > innerWidth })',
    )
    expect([path, seen.font, seen.wide]).toEqual([path, expect.stringContaining('Outfit'), false])
  }
})

test('pages are set in our own fonts, from their own host', async () => {
  await page.goto(url('/'))
  expect(await page.evaluate(loadedFonts)).toEqual(['JetBrains Mono', 'Newsreader', 'Outfit'])
})

test('no page breaks its own policy', () => {
  // A refused form answers with a status that Chromium reports as an error; nothing else may be there.
  expect(problems.filter((problem) => !/status of 4\d\d/.test(problem))).toEqual([])
})
