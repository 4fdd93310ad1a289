import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { storageFull } from '../../operation/storage-error.ts'
import { type EncodedPicture, type EncodingAnswer, type EncodingJob, pictureLimits, type Refusal } from './encoding.ts'

/** From its source, or beside the bundle that this is then part of. */
const program = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './encoding-process.ts' : './encoding.js', import.meta.url),
)

export interface Encoder {
  /** Rewrites a picture and makes its thumbnail; answers why not, where it is none that is taken. */
  encode(job: EncodingJob, signal?: AbortSignal): Promise<EncodedPicture | Refusal>
  close(): void
}

/** An idle process is ended: what it has used is then free again. */
const idleMs = 60_000

/** So many processes that each do one picture at a time. One that takes too long, or too much, is ended with its picture. */
export function createEncoder(processes: number, timeMs: number = pictureLimits.timeMs + 2000): Encoder {
  const idle: { readonly child: ChildProcess; readonly timer: NodeJS.Timeout }[] = []
  const all = new Set<ChildProcess>()
  const waiting: (() => void)[] = []
  let busy = 0
  let closed = false

  function take(): ChildProcess {
    const known = idle.pop()
    if (known) {
      clearTimeout(known.timer)
      known.child.ref()
      known.child.channel?.ref()
      return known.child
    }
    const child = fork(program, {
      // Nothing of the daemon's environment, which has keys in it.
      env: { PATH: process.env.PATH },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    all.add(child)
    child.on('error', () => child.kill('SIGKILL'))
    child.once('exit', () => {
      all.delete(child)
      forget(child)
    })
    return child
  }

  function forget(child: ChildProcess): void {
    const place = idle.findIndex((one) => one.child === child)
    if (place >= 0) clearTimeout(idle.splice(place, 1)[0]!.timer)
  }

  function giveBack(child: ChildProcess): void {
    if (closed || !child.connected || child.killed) return void child.kill('SIGKILL')
    // It keeps nobody waiting who wants to end.
    child.unref()
    child.channel?.unref()
    const end = () => {
      forget(child)
      child.kill('SIGKILL')
    }
    idle.push({ child, timer: setTimeout(end, idleMs).unref() })
  }

  function ask(child: ChildProcess, job: EncodingJob, signal?: AbortSignal): Promise<EncodingAnswer> {
    return new Promise((resolve, reject) => {
      const settle = (work: () => void) => {
        clearTimeout(timer)
        child.off('message', answered).off('exit', ended)
        signal?.removeEventListener('abort', aborted)
        work()
      }
      const answered = (answer: EncodingAnswer) => settle(() => resolve(answer))
      const ended = () => settle(() => resolve({ refusal: 'costly' }))
      const aborted = () => {
        child.kill('SIGKILL')
        settle(() => reject(signal?.reason))
      }
      const timer = setTimeout(() => child.kill('SIGKILL'), timeMs)
      child.on('message', answered).on('exit', ended)
      signal?.addEventListener('abort', aborted)
      child.send(job, (error) => error && child.kill('SIGKILL'))
    })
  }

  return {
    async encode(job, signal) {
      while (busy >= processes) await new Promise<void>((resolve) => waiting.push(resolve))
      busy += 1
      try {
        signal?.throwIfAborted()
        const child = take()
        const answer = await ask(child, job, signal).finally(() => giveBack(child))
        if ('failure' in answer) throw storageFull(new Error(answer.failure))
        return 'picture' in answer ? answer.picture : answer.refusal
      } finally {
        busy -= 1
        waiting.shift()?.()
      }
    },
    close() {
      closed = true
      for (const child of all) child.kill('SIGKILL')
    },
  }
}
