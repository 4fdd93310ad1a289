import { bodyFieldOf, textOfBytes } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { html } from 'hono/html'
import { formLimit, formLimitOf, type Html } from './layout.ts'

/** A text as it is typed or pasted, or a file in its place. */
export const bodyInputs = ({ name, description }: Field): Html =>
  html`<label for="${name}">${description}</label><textarea id="${name}" name="${name}" rows="12" spellcheck="false" autocomplete="off"></textarea>
  <label for="file">Or a file</label><input id="file" name="file" type="file">`

/** A form with a text may be as long as the text; a character has four bytes at most. */
export function formLimitFor(description: OperationDescription) {
  const body = bodyFieldOf(description)
  return body ? formLimitOf(65_536 + 4 * (body.longest ?? 0)) : formLimit
}

/** What was put in: the text, and the file’s name where a field takes it; nothing where neither was given. */
export async function bodyOf(
  description: OperationDescription,
  form: Readonly<Record<string, unknown>>,
): Promise<Record<string, string>> {
  const body = bodyFieldOf(description)
  if (!body) return {}
  const { file } = form
  if (file instanceof File && file.size > 0) {
    const named = description.fields.find(({ fileName }) => fileName)
    const text = textOfBytes(new Uint8Array(await file.arrayBuffer()), `“${file.name}”`, body)
    return { ...(named && file.name ? { [named.name]: file.name } : {}), [body.name]: text }
  }
  const text = form[body.name]
  // Forms end lines as nobody typed them.
  return typeof text === 'string' && text !== '' ? { [body.name]: text.replaceAll('\r\n', '\n') } : {}
}
