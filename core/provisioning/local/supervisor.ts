import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, rm } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises'
import { guardScript } from './guard.ts'
import { collectLines } from './lines.ts'
import { takePresence } from './presence.ts'
import { endOrphan } from './process-identity.ts'

/** A service that must run as long as the daemon does, and no longer. */
export interface ServiceSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly pidFile: string
  /** An argument that only this service's command line has: how a leftover of a former daemon is recognised. */
  readonly marker: string
  /** A path for the mark by which the kernel tells that it runs: there are never two that bear it. */
  readonly presence?: string
  /** Runs before each start: takes away what a killed process left in the way. */
  readonly prepare?: () => Promise<void>
  /** Resolves when the service takes connections; its signal aborts when the process has died meanwhile. */
  readonly ready: (signal: AbortSignal) => Promise<void>
  /** Whether it answers at all, in whatever words; where absent, a process that hangs is left alone. */
  readonly answers?: () => Promise<boolean>
}

/** Takes a service's own lines, without control characters; those about it that operators must see come as warnings. */
export type ServiceLog = (service: string, line: string, level: 'debug' | 'warn') => void

export interface SupervisorOptions {
  readonly log: ServiceLog
  /** After each time the service got ready; `restarted` is false at the first. */
  readonly onReady?: (restarted: boolean) => void
  /** Milliseconds between TERM and KILL. */
  readonly graceMs?: number
  /** Milliseconds between two questions whether it answers; a minute. */
  readonly askMs?: number
  readonly random?: () => number
}

export type ServiceState = 'starting' | 'ready' | 'waiting' | 'stopped'

const firstPauseMs = 100
const longestPauseMs = 10_000
/** Not ready for so long, a service is started anew. */
const longestStartMs = 60_000
/** A former process that its watcher ends is gone by then. */
const longestEndMs = 15_000
/** So many questions in a row that are not answered, a minute apart: it hangs. One that is only busy answers in between. */
const silentAtMost = 3
/** Alive this long, a service is well again and the next pause is short. */
const wellAfterMs = 10_000

export class SupervisedService {
  readonly spec: ServiceSpec
  state: ServiceState = 'stopped'
  /** Deaths since `start`. */
  deaths = 0
  readonly #options: SupervisorOptions
  #child: ChildProcess | null = null
  #stopping = new AbortController()
  #loop: Promise<void> | null = null
  #lastLines: string[] = []

  constructor(spec: ServiceSpec, options: SupervisorOptions) {
    this.spec = spec
    this.#options = options
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Resolves when the service is ready; rejects, leaving nothing behind, when its first start fails. */
  async start(): Promise<void> {
    if (this.#loop) throw new Error(`${this.spec.name} was started already`)
    this.#stopping = new AbortController()
    const orphan = await endOrphan(this.spec.pidFile, this.spec.marker)
    if (orphan) this.#say(`ended process ${orphan}, left over from a former run`)
    const first = Promise.withResolvers<void>()
    this.#loop = this.#keepAlive(first)
    try {
      await first.promise
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Ends the service: TERM, and KILL when it does not follow. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.restart()
    await this.#loop
    this.#loop = null
    this.state = 'stopped'
  }

  /** Ends the process; the supervision starts it anew. */
  restart(): void {
    if (this.#child) this.#end(this.#child)
  }

  #end(child: ChildProcess): void {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), this.#options.graceMs ?? 5000)
    child.once('exit', () => clearTimeout(timer))
  }

  async #keepAlive(first: PromiseWithResolvers<void>): Promise<void> {
    const stopped = this.#stopping.signal
    let pauseMs = firstPauseMs
    for (let round = 0; !stopped.aborted; round++) {
      const startedAt = Date.now()
      const ending = await this.#runOnce(round, first)
      if (stopped.aborted) break
      if (round === 0 && this.state === 'starting') {
        const detail = this.#lastLines.join(' | ')
        first.reject(new Error(`${this.spec.name} did not start (${ending})${detail ? `: ${detail}` : ''}`))
        break
      }
      this.deaths++
      if (Date.now() - startedAt > wellAfterMs) pauseMs = firstPauseMs
      const jittered = pauseMs * (0.7 + 0.6 * (this.#options.random ?? Math.random)())
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      this.state = 'waiting'
      this.#say(`ended (${ending}); starting it again in ${Math.round(jittered)} ms`)
      await delay(jittered, undefined, { signal: stopped }).catch(() => {})
    }
    first.reject(new Error(`${this.spec.name} was stopped before it was ready`))
  }

  /** From one start to the end of the process; says how it ended. */
  async #runOnce(round: number, first: PromiseWithResolvers<void>): Promise<string> {
    const { spec } = this
    this.state = 'starting'
    let presence: FileHandle | null = null
    let child: ChildProcess
    let ended: Promise<string>
    try {
      presence = spec.presence ? await takePresence(spec.presence, longestEndMs) : null
      await spec.prepare?.()
      if (this.#stopping.signal.aborted) return 'stopped'
      child = this.#spawn(presence)
      ended = endOf(child)
    } catch (error) {
      return `preparing it failed: ${(error as Error).message}`
    } finally {
      // From here on the child alone bears it.
      presence?.close().catch(() => {})
    }
    // There is no process, nor, where we have no descriptors left, any pipe.
    if (child.pid === undefined) return ended
    this.#child = child
    this.#lastLines = []
    for (const stream of [child.stdout, child.stderr]) collectLines(stream!, (line) => this.#hear(line))
    const life = child.stdio[3] as Duplex
    life.on('error', () => {})
    // The watcher alone holds the far end. Without it nothing would end the service after us: start both anew.
    life.resume().on('end', () => this.#end(child))

    const died = new AbortController()
    spec.ready(AbortSignal.any([died.signal, AbortSignal.timeout(longestStartMs)])).then(
      () => {
        if (died.signal.aborted || this.#stopping.signal.aborted) return
        this.state = 'ready'
        first.resolve()
        this.#options.onReady?.(round > 0)
        void this.#endIfSilent(child, died.signal)
      },
      (error: Error) => {
        if (died.signal.aborted) return
        this.#say(`is not ready: ${error.message}`)
        this.#end(child)
      },
    )
    if (this.#stopping.signal.aborted) this.#end(child)
    const ending = await ended
    died.abort()
    this.#child = null
    life.end('done\n')
    // Its last lines often say why it ended; something it started may hold its output open, though. They have been read
    // after one more turn at the latest, however late we are.
    await Promise.race([once(child, 'close'), delay(200).then(() => immediate())])
    await rm(spec.pidFile, { force: true }).catch(() => {})
    return ending
  }

  /** Ends a process that hangs: it would be there, and of no use to anybody, for good. */
  async #endIfSilent(child: ChildProcess, died: AbortSignal): Promise<void> {
    const { answers } = this.spec
    if (!answers) return
    const pause = () => delay(this.#options.askMs ?? 60_000, undefined, { signal: died, ref: false }).catch(() => {})
    let silent = 0
    for (await pause(); !died.aborted; await pause()) {
      silent = (await answers().catch(() => false)) ? 0 : silent + 1
      if (silent < silentAtMost || died.aborted) continue
      this.#say(`does not answer; it was asked ${silent} times`)
      this.#end(child)
      return
    }
  }

  #spawn(presence: FileHandle | null): ChildProcess {
    const { spec } = this
    const graceTenths = String(Math.ceil((this.#options.graceMs ?? 5000) / 100))
    return spawn('/bin/sh', ['-c', guardScript, 'sh', spec.pidFile, graceTenths, spec.command, ...spec.args], {
      cwd: spec.cwd,
      env: spec.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(presence ? [presence.fd] : [])],
      // Its own session: Ctrl-C in the terminal reaches the daemon alone, which then stops its services in order.
      detached: true,
    })
  }

  #hear(line: string): void {
    this.#lastLines.push(line)
    if (this.#lastLines.length > 3) this.#lastLines.shift()
    this.#options.log(this.spec.name, line, 'debug')
  }

  #say(line: string): void {
    this.#options.log(this.spec.name, line, 'warn')
  }
}

/** Resolves to how a process ended, or why there is none. */
const endOf = (child: ChildProcess) =>
  new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signalName) => resolve(signalName ? `by ${signalName}` : `exit status ${code}`))
  })
