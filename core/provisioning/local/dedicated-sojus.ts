import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createSojuData } from './soju-data.ts'
import { createSojuService, type SojuServiceInput } from './soju-service.ts'

export type Soju = Awaited<ReturnType<typeof createSojuService>>

/** One that did not start is not started again for so long. */
const retryMs = 5000

interface Opened {
  readonly running: Promise<Soju>
  /** Resolves when nothing of it runs, however far it had come. */
  end(): Promise<void>
}

/** The sojus that are for one bouncer each: made, started and ended as they are needed. */
export function createDedicatedSojus(
  input: Omit<SojuServiceInput, 'username'>,
  /** The shared soju's database: from its schema, and with its push keys, the others' are made. */
  sharedData: string,
) {
  const opened = new Map<string, Opened>()
  const known = new Map<string, Soju>()
  let stopped = false

  function start(username: string): Opened {
    let soju: Soju | undefined
    let isEnded = false
    async function run(): Promise<Soju> {
      soju = await createSojuService({ ...input, username })
      createSojuData(soju.data, sharedData)
      if (isEnded) throw new Error(`${soju.name} was ended before it ran`)
      known.set(username, soju)
      try {
        await soju.service.start()
        return soju
      } catch (error) {
        await soju.stop()
        throw error
      }
    }
    const running = run()
    return {
      running,
      async end() {
        isEnded = true
        await soju?.stop()
        await running.catch(() => {})
      },
    }
  }

  return {
    /** The bouncer's own soju, running; made where there is none. */
    open(username: string): Promise<Soju> {
      if (stopped) return Promise.reject(new Error('the bouncers are being stopped'))
      const before = opened.get(username)
      if (before) return before.running
      const mine = start(username)
      opened.set(username, mine)
      mine.running.catch(async (error: Error) => {
        input.log(`soju of ${username}`, error.message, 'warn')
        // Tried again by whoever asks then; clients ask again at once, each of them.
        await delay(retryMs, undefined, { ref: false })
        if (opened.get(username) === mine) opened.delete(username)
      })
      return mine.running
    },
    /** Ends it, also while it is starting, and deletes all that it had. */
    async remove(username: string): Promise<void> {
      await opened.get(username)?.end()
      opened.delete(username)
      known.delete(username)
      await rm(join(input.stateDir, 'dedicated', username), { recursive: true, force: true })
    },
    /** Those that should run; also the ones that are still starting. */
    running: () => [...known.values()],
    async stop(): Promise<void> {
      stopped = true
      await Promise.all([...opened.values()].map((one) => one.end()))
      opened.clear()
      known.clear()
    },
  }
}

export type DedicatedSojus = ReturnType<typeof createDedicatedSojus>
