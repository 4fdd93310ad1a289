import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OperationError } from '../operation/errors.ts'

/** The state folder, held by this process alone. */
export interface Home {
  readonly path: string
  readonly key: Buffer
  /** Writes a small file whole or not at all, readable by its owner only. */
  write(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
  release(): void
}

/**
 * Takes the state folder. The lock is one that the kernel ends with the process, whatever ends the process:
 * SQLite's, on a file that holds nothing else. Throws `conflict` that says who holds it.
 */
export async function takeHome(path: string, givenKey: Buffer | null): Promise<Home> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
  const holder = join(path, 'daemon.pid')
  const lock = new DatabaseSync(join(path, 'daemon.lock'), { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (cause) {
    lock.close()
    const pid = await readFile(holder, 'utf8').then(
      (text) => text.trim(),
      () => 'unknown',
    )
    throw new OperationError(
      'conflict',
      `${path} is held by a running irc.now (process ${pid}); stop that one, or set IRC_NOW_HOME to another folder.`,
      { cause, details: { pid } },
    )
  }
  const home: Home = {
    path,
    key: givenKey ?? (await keptKey(path)),
    write: (name, text) => writeWhole(join(path, name), text),
    remove: (name) => rm(join(path, name), { force: true }),
    release: () => lock.close(),
  }
  await writeWhole(holder, `${process.pid}\n`)
  return home
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
}

/** The platform's key, made once. Whoever has it can open sealed texts, so it lies apart from the database. */
async function keptKey(path: string): Promise<Buffer> {
  const file = join(path, 'secret.key')
  try {
    const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'hex')
    if (key.length !== 32)
      throw new OperationError('conflict', `${file} is damaged; put its copy back, or sealed passwords stay closed.`)
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const key = randomBytes(32)
    await writeWhole(file, `${key.toString('hex')}\n`)
    return key
  }
}
