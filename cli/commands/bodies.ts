import { basename } from 'node:path'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { editBytes, editorOf } from '../session/editor.ts'
import { checkedText, readText } from '../session/read-body.ts'

type Input = Readonly<Record<string, unknown>>

/**
 * What an operation with a text of its own is called with: once for each file that was named; else with what is piped
 * in; else, on a terminal, with what the person's editor leaves. Each is read when its turn comes, and may throw then.
 */
export function bodiesOf(
  operation: OperationDescription,
  field: Field,
  input: Input,
  files: readonly string[],
): (() => Promise<Input>)[] {
  // A file is opened when it is sent, by its path.
  if (field.body === 'file')
    return (files.length > 0 ? files : [pipedIn(field)]).map((path) => async () => ({ ...input, [field.name]: path }))
  if (files.length === 0) return [async () => ({ ...input, [field.name]: await unnamedText(field) })]
  const named = operation.fields.find(({ fileName }) => fileName)
  return files.map((path) => async () => ({
    ...(named && path !== '-' ? { [named.name]: basename(path) } : {}),
    ...input,
    [field.name]: await readText(field, path),
  }))
}

function pipedIn(field: Field): string {
  if (process.stdin.isTTY !== true) return '-'
  throw new OperationError('invalid_input', 'There is neither a file nor a pipe; name a file.', { field: field.name })
}

async function unnamedText(field: Field): Promise<string> {
  if (process.stdin.isTTY !== true) return readText(field, '-')
  const editor = process.stderr.isTTY === true ? editorOf(process.env) : undefined
  if (editor === undefined)
    throw new OperationError(
      'invalid_input',
      'There is neither a file nor a pipe; name a file, pipe the text in, or set EDITOR.',
      { field: field.name },
    )
  // Where the answer goes into a pipe, the editor is still seen.
  return checkedText(field, await editBytes(editor, 2), 'What you have written')
}
