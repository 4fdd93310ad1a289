import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { bodyFieldOf, namedAfter, textOfBytes } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { FileBody } from '@irc-now/core/operation/file-body'
import { html, raw } from 'hono/html'
import { formLimit, formLimitOf, type Html, hashSource, pageHeaders } from './layout.ts'

/** A text as it is typed or pasted (`typed` the last time), or a file in its place. */
export const bodyInputs = ({ name, description, body }: Field, typed: string): Html =>
  body === 'file' ? fileInput(description) : textInputs(name, description, typed)

const fileInput = (description: string): Html =>
  html`<label for="file">${description}</label><input id="file" name="file" type="file" required>
  <p class="quiet">You can also drop it here, or paste it.</p>${raw(scriptElement)}`

/** What is dropped on the page or pasted is as if it had been chosen. */
const fileScript = `{const input=document.getElementById('file')
const take=(event,given)=>{if(!given?.files.length)return
event.preventDefault()
input.files=given.files}
addEventListener('dragover',event=>event.preventDefault())
addEventListener('drop',event=>take(event,event.dataTransfer))
addEventListener('paste',event=>take(event,event.clipboardData))}`

// Apart from the page's own template, for which the build would want a helper of its compiler.
const scriptElement = ['<script>', fileScript, '</script>'].join('')

/** The page's headers; the one script is for files, and named by its hash. */
export const onceHeadersFor = (description: Pick<OperationDescription, 'fields'>): typeof pageHeaders =>
  bodyFieldOf(description)?.body === 'file'
    ? {
        ...pageHeaders,
        'content-security-policy': `${pageHeaders['content-security-policy']}; script-src ${hashSource(fileScript)}`,
      }
    : pageHeaders

const textInputs = (name: string, description: string, typed: string): Html =>
  html`<label for="${name}">${description}</label><textarea id="${name}" name="${name}" rows="12" spellcheck="false" autocomplete="off">
${typed}</textarea>
  <label for="file">Or a file</label><input id="file" name="file" type="file">`

/** A form with a text may be as long as the text; a character has four bytes at most. */
export function formLimitFor(description: OperationDescription) {
  const body = bodyFieldOf(description)
  return body ? formLimitOf(65_536 + (body.body === 'file' ? 1 : 4) * (body.longest ?? 0)) : formLimit
}

/** What was put in: the text, and the file’s name where a field takes it; nothing where neither was given. */
export async function bodyOf(
  description: OperationDescription,
  form: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const body = bodyFieldOf(description)
  if (!body) return {}
  const { file } = form
  if (file instanceof File && file.size > 0) {
    const name = file.name ? namedAfter(description, file.name) : {}
    if (body.body === 'file') return { ...name, [body.name]: fileBodyOf(file) }
    const text = textOfBytes(new Uint8Array(await file.arrayBuffer()), `“${file.name}”`, body)
    return { ...name, [body.name]: text }
  }
  const text = form[body.name]
  // Forms end lines as nobody typed them.
  return typeof text === 'string' && text !== '' ? { [body.name]: text.replaceAll('\r\n', '\n') } : {}
}

/** To be read from its beginning, as often as it is asked for. */
export const fileBodyOf = (file: File) => new FileBody(Readable.fromWeb(file.stream() as ReadableStream), file.size)
