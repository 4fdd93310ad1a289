import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperationError, problemOf } from '@irc-now/core/operation/errors'

/** The person's editor, or undefined where none is set. */
export const editorOf = (env: NodeJS.ProcessEnv) => env.VISUAL || env.EDITOR || undefined

/** What was left in the editor, and the file in which it is kept until that is discarded. */
export interface Written {
  readonly bytes: Buffer
  readonly file: string
  discard(): Promise<void>
}

/**
 * Opens the editor on a file that only this user may read, and answers what was left in it. It draws on `screen`, a file
 * descriptor. Throws where it can't be run, or ends with an error.
 */
export async function edit(editor: string, screen: number, before: Uint8Array = new Uint8Array()): Promise<Written> {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-'))
  const file = join(folder, 'text')
  const discard = () => rm(folder, { recursive: true, force: true })
  await writeFile(file, before, { mode: 0o600 })
  // A command with its own words, as others take it (EDITOR="code --wait").
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: [0, screen, 2] })
  const [code] = (await once(child, 'exit')) as [number | null]
  const bytes = await readFile(file)
  if (code === 0) return { bytes, file, discard }
  const error = new OperationError('invalid_input', `The editor “${editor}” ended with an error, so nothing was done.`)
  if (bytes.length > 0 && !bytes.equals(before)) throw keptIn(file, error)
  await discard()
  throw error
}

/** As `edit`, for who holds what was written himself. */
export async function editBytes(editor: string, screen: number, before?: Uint8Array): Promise<Buffer> {
  const { bytes, discard } = await edit(editor, screen, before)
  await discard()
  return bytes
}

/** The error, which says besides where what was written is kept. */
export function keptIn(file: string, cause: unknown): OperationError {
  const { code, message, field, details } = problemOf(cause)
  return new OperationError(code, message, {
    cause,
    details: { ...details, kept: file },
    ...(field === undefined ? {} : { field }),
  })
}
