import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { untilUnused } from './folder-processes.ts'
import { testPort } from './ports.ts'

const root = join(import.meta.dirname, '..')

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * The built daemon with ports of its own (and a state folder, unless one is given), and the built command line beside
 * it; both are started by the command `inside`, where there is one.
 */
export async function createDaemon(
  options: { home?: string; env?: NodeJS.ProcessEnv; inside?: readonly string[] } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-scenario-'))
  const home = options.home ?? join(folder, 'home')
  const ports = {
    http: await testPort(),
    irc: await testPort(),
    ircs: await testPort(),
    bouncer: await testPort(),
    bouncers: await testPort(),
  }
  // Nothing of whoever runs the tests: neither their settings, nor where they are signed in.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(IRC_NOW_(?!SOJU|ERGO)|XDG_|STRIPE_|(DATABASE_URL|FORCE_COLOR|CLICOLOR_FORCE)$)/.test(name),
  )
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    HOME: folder,
    // But what was fetched once is not fetched again.
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    NO_COLOR: '1',
    IRC_NOW_HOME: home,
    IRC_NOW_HTTP_PORT: String(ports.http),
    IRC_NOW_IRC_PORT: String(ports.irc),
    IRC_NOW_IRCS_PORT: String(ports.ircs),
    IRC_NOW_BOUNCER_PORT: String(ports.bouncer),
    IRC_NOW_BOUNCERS_PORT: String(ports.bouncers),
    // Nobody is there: no test asks the world's name servers.
    IRC_NOW_DNS: '127.0.0.1:9',
    ...options.env,
  }
  const inside = options.inside ?? []
  let child: ChildProcess | undefined
  let said = ''
  /** It has ended, and all that it said is here. */
  let closed: Promise<unknown> = Promise.resolve()

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    child?.kill(signal)
    await closed
    return child?.exitCode ?? null
  }
  return {
    home,
    ports,
    env,
    get said() {
      return said
    },
    /** With `more` in its environment. Resolves when it is up, or (`mayDie`) when it has died before. */
    async start(more: NodeJS.ProcessEnv = {}, mayDie = false): Promise<void> {
      said = ''
      const words = [...inside, process.execPath, join(root, 'ircserv/bin/ircserv.js')]
      child = spawn(words[0]!, words.slice(1), {
        env: { ...env, ...more },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      closed = once(child, 'close')
      child.stderr!.setEncoding('utf8').on('data', (chunk) => {
        said += chunk
      })
      while (!said.includes(' is up after ')) {
        if (child.signalCode !== null && mayDie) return
        if (child.exitCode !== null || child.signalCode !== null) {
          await closed
          throw new Error(said)
        }
        await delay(50)
      }
    },
    get pid() {
      return child?.pid
    },
    signal: (signal: NodeJS.Signals) => child?.kill(signal),
    /** Whether it has ended, by whatever. */
    get dead() {
      return child === undefined || child.exitCode !== null || child.signalCode !== null
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    cli: (...words: string[]) => runCli(words, env, '', { inside }),
    async remove(): Promise<void> {
      await end('SIGTERM')
      await untilUnused(folder)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * The built command line as a child process; what it reads is `stdin`. `inside` is a command that it runs under; the
 * signal ends it, whatever it waits for.
 */
export function runCli(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  stdin = '',
  { inside = [], signal }: { inside?: readonly string[]; signal?: AbortSignal } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const [program = '', ...rest] = [...inside, process.execPath, join(root, 'cli/bin/irc-now.js'), ...words]
    const child = execFile(
      program,
      rest,
      { env, timeout: 240_000, maxBuffer: 16 * 1024 * 1024, ...(signal && { signal }) },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    )
    // It may have ended without reading.
    child.stdin!.on('error', () => {}).end(stdin)
  })
}
