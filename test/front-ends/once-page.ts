import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { errorCodes } from '@irc-now/core/operation/errors'
import type { Answer } from './front-end.ts'

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const unescaped = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!)

/** Opens a one-time link as a browser does, fills its form in and sends it. */
export async function finishOnPage(
  link: string,
  secrets: Readonly<Record<string, string>>,
  isFile = false,
): Promise<Answer> {
  const form = await (await fetch(link)).text()
  if (!form.includes('<form method="post"')) throw new Error(`no form at ${link}: ${form}`)
  for (const name of Object.keys(secrets)) {
    if (isFile && !form.includes(`name="${name}" type="file"`)) throw new Error(`no file ${name} in ${form}`)
    if (!isFile && !new RegExp(`<(input|textarea) [^>]*name="${name}" (type="password"|rows)`).test(form))
      throw new Error(`no field ${name} in ${form}`)
  }
  const response = await fetch(link, { method: 'POST', body: isFile ? filesOf(secrets) : new URLSearchParams(secrets) })
  const page = await response.text()
  if (response.status === 200) {
    const rows = page.matchAll(/<dt>([^<]*)<\/dt><dd>([^<]*)<\/dd>/g)
    return {
      onPage: true,
      output: Object.fromEntries([...rows].map(([, label = '', text = '']) => [nameOf(label), unescaped(text)])),
    }
  }
  // Beside the form that is still there, or on a page of its own.
  const [, said] = /role="alert" data-code="(\w+)"/.exec(page) ?? []
  const [, title] = /<title>([^<]*) · irc\.now<\/title>/.exec(page) ?? []
  const known = Object.entries(errorCodes).find(
    ([code, one]) => (said ? code === said : one.title === unescaped(title ?? '')) && one.status === response.status,
  )
  if (!known) throw new Error(`status ${response.status}: ${page}`)
  return { onPage: true, code: known[0] }
}

/** `created at` is shown for `createdAt`. */
const nameOf = (label: string) => label.replace(/ ([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A form with the files that were chosen, each by its path. */
function filesOf(paths: Readonly<Record<string, string>>): FormData {
  const form = new FormData()
  for (const [name, path] of Object.entries(paths)) form.append(name, new File([readFileSync(path)], basename(path)))
  return form
}
