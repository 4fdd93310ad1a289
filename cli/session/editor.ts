import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperationError } from '@irc-now/core/operation/errors'

/** The person's editor, or undefined where none is set. */
export const editorOf = (env: NodeJS.ProcessEnv) => env.VISUAL || env.EDITOR || undefined

/**
 * Opens the editor on a file that only this user may read, and answers what was left in it. It draws on `screen`, a file
 * descriptor. Throws where it can't be run, or ends with an error.
 */
export async function editBytes(
  editor: string,
  screen: number,
  before: Uint8Array = new Uint8Array(),
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-'))
  const file = join(folder, 'text')
  try {
    await writeFile(file, before, { mode: 0o600 })
    // A command with its own words, as others take it (EDITOR="code --wait").
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: [0, screen, 2] })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0)
      throw new OperationError('invalid_input', `The editor “${editor}” ended with an error, so nothing was done.`)
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
