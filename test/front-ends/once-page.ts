import { errorCodes } from '@irc-now/core/operation/errors'
import type { Answer } from './front-end.ts'

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const unescaped = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!)

/** Opens a one-time link as a browser does, fills its form in and sends it. */
export async function finishOnPage(link: string, secrets: Readonly<Record<string, string>>): Promise<Answer> {
  const form = await (await fetch(link)).text()
  if (!form.includes('<form method="post"')) throw new Error(`no form at ${link}: ${form}`)
  for (const name of Object.keys(secrets)) {
    if (!new RegExp(`<(input|textarea) [^>]*name="${name}" (type="password"|rows)`).test(form))
      throw new Error(`no field ${name} in ${form}`)
  }
  const response = await fetch(link, { method: 'POST', body: new URLSearchParams(secrets) })
  const page = await response.text()
  if (response.status === 200) {
    const rows = page.matchAll(/<dt>([^<]*)<\/dt><dd>([^<]*)<\/dd>/g)
    return {
      onPage: true,
      output: Object.fromEntries([...rows].map(([, name, text]) => [name, unescaped(text ?? '')])),
    }
  }
  const [, title] = /<title>([^<]*) · irc\.now<\/title>/.exec(page) ?? []
  const known = Object.entries(errorCodes).find(
    ([, one]) => one.title === unescaped(title ?? '') && one.status === response.status,
  )
  if (!known) throw new Error(`status ${response.status}: ${page}`)
  return { onPage: true, code: known[0] }
}
