import type { Output } from '../print/output.ts'
import { printQr } from '../print/qr.ts'
import { openBrowser } from './browser.ts'

/** Leads the person to a page on which they go on: in words, by a browser where there is one, for a phone to scan. */
export async function visit(url: string, out: Output): Promise<void> {
  out.note(`Go on at ${url}`)
  if (process.stderr.isTTY !== true) return
  await printQr(url, process.stderr)
  await openBrowser(url, true)
}
