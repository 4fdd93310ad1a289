import { execFileSync } from 'node:child_process'
import { type Browser, chromium, type Page } from 'playwright-core'

/** A real Chromium with an open page, and all that its console complains of. */
export async function openBrowser(): Promise<{ browser: Browser; page: Page; problems: string[] }> {
  const executablePath = process.env.CHROMIUM ?? execFileSync('sh', ['-c', 'command -v chromium']).toString().trim()
  // A sandbox wants privileges that a container or root has not; only our own pages are opened.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const page = await browser.newPage()
  const problems: string[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(String(error)))
  return { browser, page, problems }
}

/** To be evaluated in a page: the fonts that it has loaded and uses. */
export const loadedFonts = `document.fonts.ready.then(() => [...new Set([...document.fonts]
  .filter(({ status }) => status === 'loaded').map(({ family }) => family.replaceAll('"', '')))].sort())`
