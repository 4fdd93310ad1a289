import { randomBytes } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PrivateApt, runProgram } from './apt.ts'
import { readTextFile, writePrivateFile } from './private-files.ts'
import { ProgramMissing, type Programs } from './program.ts'
import { ergoVersion, isAtLeast, oldestErgo, oldestSoju, sojuVersion } from './program-versions.ts'

export interface FetchOptions {
  readonly cacheDir: string
  readonly progress: (step: string) => void
  /** For tests: another /etc/os-release, sources.list and keyring. */
  readonly system?: { readonly id: string; readonly sources: string | null; readonly keyring: string }
}

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const abandonedAfterMs = 3600_000
/** What soju is linked against; a slim image may lack it. */
const libraryPackages: Readonly<Record<string, string>> = {
  'libsqlite3.so.0': 'libsqlite3-0',
  'libpam.so.0': 'libpam0g',
  'libaudit.so.1': 'libaudit1',
  'libcap-ng.so.0': 'libcap-ng0',
}

export async function isDebianFamily(): Promise<boolean> {
  return (await systemId()) !== null
}

async function systemId(): Promise<'debian' | 'ubuntu' | null> {
  if (process.platform !== 'linux') return null
  const release = (await readTextFile('/etc/os-release')) ?? ''
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value = '']) => value.split(' '))
  const apt = await access('/usr/bin/apt-get').then(
    () => true,
    () => false,
  )
  if (!apt) return null
  return ids.includes('ubuntu') ? 'ubuntu' : ids.includes('debian') ? 'debian' : null
}

/**
 * soju and ergo from the cache folder, else fetched into it: from the system's own archive where that has them new
 * enough, else from Debian stable. Several may do this at once, and a kill at any point leaves no half of it in place:
 * each works in a folder of its own and puts the result into place by one rename.
 */
export async function fetchPrograms(options: FetchOptions): Promise<Programs> {
  const folder = join(options.cacheDir, 'irc-now', 'programs')
  const kept = await keptPrograms(folder)
  if (kept) return kept
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await removeAbandoned(folder)
  const work = join(folder, `fetching-${randomBytes(6).toString('hex')}`)
  try {
    const { target, versions } = await fetchInto(work, options)
    const place = join(folder, `soju-${versions.soju}_ergo-${versions.ergo}`.replace(/[^\w.+~-]/g, '_'))
    // Somebody who was faster put the same there.
    await rename(target, place).catch(async (error) => {
      if ((await programsIn(place)) === null) throw error
    })
    const programs = await programsIn(place, versions)
    if (!programs) throw new Error('what was fetched does not run on this system')
    await writePrivateFile(join(folder, 'current.json'), JSON.stringify(programs))
    options.progress(`kept in ${place}`)
    return programs
  } catch (cause) {
    throw new ProgramMissing(
      `soju and ergo could not be fetched (${(cause as Error).message}); try again, or install them and set ` +
        'IRC_NOW_SOJU and IRC_NOW_ERGO to their programs.',
      { cause },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

interface Versions {
  readonly soju: string
  readonly ergo: string
}

async function fetchInto(work: string, options: FetchOptions): Promise<{ target: string; versions: Versions }> {
  const system = options.system ?? { id: await systemId(), sources: null, keyring: debianKeyring }
  const target = join(work, 'root')
  await mkdir(target, { recursive: true, mode: 0o700 })
  options.progress('soju and ergo are not installed; reading package lists')
  let keyring = system.keyring
  let host: PrivateApt | null = null
  const hostApt = async () => {
    if (host) return host
    host = await PrivateApt.prepare(join(work, 'host'), system.sources)
    await host.update()
    return host
  }

  let archive: PrivateApt | null = null
  if (system.id === 'ubuntu') {
    const own = await hostApt()
    const [soju, ergo] = [await own.version('soju'), await own.version('ergochat')]
    if (soju && ergo && isAtLeast(soju, oldestSoju) && isAtLeast(ergo, oldestErgo)) archive = own
    else {
      // Ubuntu signs the package that holds Debian's keys: the chain of trust does not break.
      const keys = join(work, 'keys')
      await own.unpack(['debian-archive-keyring'], keys)
      keyring = join(keys, debianKeyring)
    }
  }
  if (!archive) {
    const signed = `deb [signed-by=${keyring}] http://deb.debian.org`
    const sources = `${signed}/debian trixie main\n${signed}/debian-security trixie-security main\n`
    archive = await PrivateApt.prepare(join(work, 'debian'), sources)
    await archive.update()
  }
  const soju = await archive.version('soju')
  const ergo = await archive.version('ergochat')
  if (!soju || !ergo) throw new Error('the archive does not have them for this kind of machine')
  options.progress(`fetching soju ${soju} and ergo ${ergo}, about 10 MB; apt checks signatures and sums`)
  await archive.unpack(['soju', 'ergochat'], target)

  const missing = await missingLibraries(join(target, 'usr/bin/soju'))
  if (missing.length > 0) {
    options.progress(`fetching ${missing.join(', ')}`)
    await (await hostApt()).unpack(missing, target)
  }
  return { target, versions: { soju, ergo } }
}

async function missingLibraries(program: string): Promise<string[]> {
  const lines = await runProgram('ldd', [program], '/').catch(() => [])
  const names = lines.map((line) => /^(\S+) => not found/.exec(line)?.[1]).filter((name) => name !== undefined)
  return names.map((name) => libraryPackages[name]).filter((name) => name !== undefined)
}

async function keptPrograms(folder: string): Promise<Programs | null> {
  try {
    const kept = JSON.parse(await readFile(join(folder, 'current.json'), 'utf8')) as Programs
    await Promise.all([access(kept.soju.path), access(kept.ergo.path)])
    return kept
  } catch {
    return null
  }
}

async function programsIn(place: string, versions?: Versions): Promise<Programs | null> {
  const [sojuPath, ergoPath] = [join(place, 'usr/bin/soju'), join(place, 'usr/bin/ergochat')]
  const libraryPath = await librariesIn(place)
  const [soju, ergo] = await Promise.all([sojuVersion(sojuPath, libraryPath), ergoVersion(ergoPath, libraryPath)])
  if (!soju || !ergo) return null
  const libraries = libraryPath ? { libraryPath } : {}
  return {
    soju: { path: sojuPath, version: /^[\d.]+/.exec(versions?.soju ?? '')?.[0] ?? soju, ...libraries },
    ergo: { path: ergoPath, version: ergo, ...libraries },
  }
}

async function librariesIn(place: string): Promise<string | undefined> {
  const folders: string[] = []
  for (const base of ['usr/lib', 'lib']) {
    for (const name of await readdir(join(place, base)).catch(() => [])) {
      if (/-linux-gnu/.test(name)) folders.push(join(place, base, name))
    }
  }
  return folders.length > 0 ? folders.join(':') : undefined
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('fetching-')) continue
    const path = join(folder, name)
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
    if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true })
  }
}
