import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { collectLines } from './lines.ts'
import { programEnvironment } from './program-versions.ts'

/**
 * apt with folders of its own, so that it needs no root and leaves the system's state alone. It keeps the system's
 * configuration (a proxy, most of all), but not what would let it take unsigned packages.
 */
export class PrivateApt {
  readonly #folder: string
  readonly #options: readonly string[]

  private constructor(folder: string, options: readonly string[]) {
    this.#folder = folder
    this.#options = options
  }

  /** `sources` is a sources.list; null means the system's own sources. */
  static async prepare(folder: string, sources: string | null): Promise<PrivateApt> {
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'parts', 'debs']) {
      await mkdir(join(folder, part), { recursive: true })
    }
    await writeFile(join(folder, 'status'), '')
    const own = sources === null ? {} : { SourceList: join(folder, 'sources.list'), SourceParts: join(folder, 'parts') }
    if (sources !== null) await writeFile(join(folder, 'sources.list'), sources)
    const settings: Record<string, string> = {
      ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`Dir::Etc::${name}`, value])),
      'Dir::State': join(folder, 'state'),
      'Dir::State::status': join(folder, 'status'),
      'Dir::Cache': join(folder, 'cache'),
      // Started as root, apt would drop to a user that cannot see these folders.
      'APT::Sandbox::User': 'root',
      'APT::Get::AllowUnauthenticated': 'false',
      'Acquire::AllowInsecureRepositories': 'false',
      'Acquire::AllowDowngradeToInsecureRepositories': 'false',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
      'Acquire::http::Timeout': '20',
      'Acquire::https::Timeout': '20',
    }
    return new PrivateApt(
      folder,
      Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    )
  }

  async update(): Promise<void> {
    await runProgram('apt-get', [...this.#options, '-q', 'update'], this.#folder)
  }

  /** The version that `download` would get; null when the sources have none. */
  async version(name: string): Promise<string | null> {
    const lines = await runProgram('apt-cache', [...this.#options, 'policy', name], this.#folder)
    const candidate = lines.map((line) => /^Candidate: (\S+)/.exec(line)?.[1]).find(Boolean)
    return !candidate || candidate === '(none)' ? null : candidate
  }

  /** Fetches packages, checked by apt against the signed lists, and unpacks them into `target`. */
  async unpack(names: readonly string[], target: string): Promise<void> {
    for (const name of names) {
      const folder = join(this.#folder, 'debs', name)
      await mkdir(folder, { recursive: true })
      await runProgram('apt-get', [...this.#options, '-q', 'download', name], folder)
      await runProgram('sh', ['-c', 'exec dpkg-deb -x ./*.deb "$1"', 'sh', target], folder)
    }
  }
}

/** Runs a program; resolves to its lines, rejects with its last complaint. */
export function runProgram(program: string, args: readonly string[], cwd: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: programEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
    const lines: string[] = []
    const complaints: string[] = []
    collectLines(child.stdout, (line) => lines.push(line))
    collectLines(child.stderr, (line) => complaints.push(line))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) return resolve(lines)
      const errors = complaints.filter((line) => line.startsWith('E:'))
      reject(new Error((errors.length > 0 ? errors : complaints).join(' ') || `${program} ended with status ${code}`))
    })
  })
}
