import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createSojuData } from './soju-data.ts'
import { createSojuService, type SojuServiceInput } from './soju-service.ts'

export type Soju = Awaited<ReturnType<typeof createSojuService>>

/** The sojus that are for one bouncer each: made, started and ended as they are needed. */
export function createDedicatedSojus(
  input: Omit<SojuServiceInput, 'username'>,
  /** The shared soju's database: from its schema, and with its push keys, the others' are made. */
  sharedData: string,
) {
  const opened = new Map<string, Promise<Soju>>()
  const known = new Map<string, Soju>()
  let stopped = false

  async function start(username: string): Promise<Soju> {
    const soju = await createSojuService({ ...input, username })
    createSojuData(soju.data, sharedData)
    known.set(username, soju)
    try {
      await soju.service.start()
      return soju
    } catch (error) {
      await soju.stop()
      throw error
    }
  }

  return {
    /** The bouncer's own soju, running; made where there is none. */
    open(username: string): Promise<Soju> {
      if (stopped) return Promise.reject(new Error('the bouncers are being stopped'))
      const before = opened.get(username)
      if (before) return before
      const soju = start(username)
      opened.set(username, soju)
      // Tried again by whoever asks next.
      soju.catch(() => opened.delete(username))
      return soju
    },
    /** Ends it and deletes all that it had. */
    async remove(username: string): Promise<void> {
      const soju = await opened.get(username)?.catch(() => undefined)
      opened.delete(username)
      known.delete(username)
      await soju?.stop()
      await rm(join(input.stateDir, 'dedicated', username), { recursive: true, force: true })
    },
    /** Those that should run; also the ones that are still starting. */
    running: () => [...known.values()],
    async stop(): Promise<void> {
      stopped = true
      await Promise.all([...opened.values()].map(async (soju) => (await soju.catch(() => null))?.stop()))
      opened.clear()
      known.clear()
    },
  }
}

export type DedicatedSojus = ReturnType<typeof createDedicatedSojus>
