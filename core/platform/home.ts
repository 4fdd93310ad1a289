import { createHash, randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OperationError } from '../operation/errors.ts'
import { socketPath } from '../provisioning/local/state-folders.ts'
import type { Role } from './configuration.ts'

/** The state folder, of which this process alone plays its roles. */
export interface Home {
  readonly path: string
  readonly key: Buffer
  /** Names this folder on this machine to the platform's other processes; the same after each start. */
  readonly id: string
  /** Writes a small file whole or not at all, readable by its owner only. */
  write(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
  /** Where a unix socket of that name can be. */
  socketPath(name: string): Promise<string>
  /** Keeps the first value that the file has ever had; answers with that. */
  keep(name: string, value: string): Promise<string>
  release(): void
}

/**
 * Takes the roles in the state folder. The locks are ones that the kernel ends with the process, whatever ends the
 * process: SQLite's, on files that hold nothing else. Throws `conflict` that says who holds which role.
 */
export async function takeHome(path: string, givenKey: Buffer | null, roles: readonly Role[]): Promise<Home> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
  const locks: DatabaseSync[] = []
  const release = () => {
    for (const lock of locks.splice(0)) lock.close()
  }
  try {
    for (const role of roles) locks.push(await lockRole(path, role))
    const key = givenKey ?? Buffer.from(await kept(path, 'secret.key'), 'hex')
    if (key.length !== 32) {
      const file = join(path, 'secret.key')
      throw new OperationError('conflict', `${file} is damaged; put its copy back, or sealed passwords stay closed.`)
    }
    for (const role of roles) await writeWhole(join(path, `${role}.pid`), `${process.pid}\n`)
    return {
      path,
      key,
      id: await idOf(path),
      write: (name, text) => writeWhole(join(path, name), text),
      keep: (name, value) => kept(path, name, value),
      remove: (name) => rm(join(path, name), { force: true }),
      socketPath: (name) => socketPath(path, name),
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}

async function lockRole(path: string, role: Role): Promise<DatabaseSync> {
  const lock = new DatabaseSync(join(path, `${role}.lock`), { timeout: 0 })
  try {
    lock.exec('begin exclusive')
    return lock
  } catch (cause) {
    lock.close()
    const pid = await readFile(join(path, `${role}.pid`), 'utf8').then(
      (text) => text.trim(),
      () => 'unknown',
    )
    throw new OperationError(
      'conflict',
      `The role ${role} of ${path} is held by a running irc.now (process ${pid}); stop that one, or set IRC_NOW_HOME to another folder.`,
      { cause, details: { role, pid } },
    )
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

/**
 * What a file says that is written once, unless told otherwise 64 random hexadecimal digits, whichever of several processes comes first. One of them is the platform's
 * key: whoever has it can open sealed texts, so it lies apart from the database.
 */
async function kept(path: string, name: string, value = randomBytes(32).toString('hex')): Promise<string> {
  const file = join(path, name)
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`
  try {
    await writeFile(draft, `${value}\n`, { mode: 0o600, flush: true })
    // Unlike a rename, a link leaves what is there already.
    await link(draft, file).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
  return (await readFile(file, 'utf8')).trim()
}

/** A copy of the folder, or the same disk seen from another machine, is not the same home: its locks are its own. */
async function idOf(path: string): Promise<string> {
  const { ino } = await stat(path)
  const parts = [await kept(path, 'home.id'), hostname(), ino]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20)
}
