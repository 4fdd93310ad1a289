import { basename } from 'node:path'
import { namedAfter } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { edit, editorOf, keptIn } from '../session/editor.ts'
import { checkedText, readText } from '../session/read-body.ts'

type Input = Readonly<Record<string, unknown>>

/** Reads a text when its turn comes, and calls the operation with it; either may throw. */
type Body = (call: (whole: Input) => Promise<void>) => Promise<void>

/**
 * What an operation with a text of its own is called with: once for each file that was named; else with what is piped
 * in; else, on a terminal, with what the person's editor leaves.
 */
export function bodiesOf(
  operation: OperationDescription,
  field: Field,
  input: Input,
  files: readonly string[],
): readonly Body[] {
  // A file is opened when it is sent, by its path.
  if (field.body === 'file')
    return (files.length > 0 ? files : [pipedIn(field)]).map((path) => (call) => call({ ...input, [field.name]: path }))
  if (files.length === 0) {
    if (process.stdin.isTTY === true) return [fromEditor(field, input)]
    return [async (call) => call({ ...input, [field.name]: await readText(field, '-') })]
  }
  return files.map(
    (path) => async (call) =>
      call({
        ...(path === '-' ? {} : namedAfter(operation, basename(path))),
        ...input,
        [field.name]: await readText(field, path),
      }),
  )
}

function pipedIn(field: Field): string {
  if (process.stdin.isTTY !== true) return '-'
  throw new OperationError('invalid_input', 'There is neither a file nor a pipe; name a file.', { field: field.name })
}

const fromEditor =
  (field: Field, input: Input): Body =>
  async (call) => {
    const editor = process.stderr.isTTY === true ? editorOf(process.env) : undefined
    if (editor === undefined)
      throw new OperationError(
        'invalid_input',
        'There is neither a file nor a pipe; name a file, pipe the text in, or set EDITOR.',
        { field: field.name },
      )
    // Where the answer goes into a pipe, the editor is still seen.
    const { bytes, file, discard } = await edit(editor, 2)
    try {
      await call({ ...input, [field.name]: checkedText(field, bytes, 'What you have written') })
    } catch (error) {
      if (bytes.length > 0) throw keptIn(file, error)
      await discard()
      throw error
    }
    await discard()
  }
