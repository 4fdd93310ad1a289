import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, type ListenAddress } from './ports.ts'
import { writePrivateFile } from './private-files.ts'
import { untilTrue } from './readiness.ts'
import { createServicePlace, type ServiceInput, superviseAt } from './service-place.ts'
import { SojuAdmin } from './soju-admin.ts'
import { type SojuUploads, sojuConfig, sojuMotd } from './soju-config.ts'

export interface SojuServiceInput extends Omit<ServiceInput, 'plain' | 'tls'> {
  /** For whom alone it is; absent for the shared one. */
  readonly username?: string
  readonly hostname: string
  readonly title: string
  readonly authUrl: string
  readonly uploads: Omit<SojuUploads, 'socket'> | null
}

/** A soju by our configuration, and the link by which the platform runs it. It listens on loopback, behind the front. */
export async function createSojuService(input: SojuServiceInput) {
  const { username } = input
  /** Only the front connects to it, so it is another one at each start. */
  const plain = { host: '127.0.0.1', port: 0 }
  // A socket's path has little room.
  const short =
    username === undefined ? 'soju' : `soju-${createHash('sha256').update(username).digest('hex').slice(0, 8)}`
  const place =
    username === undefined
      ? await createServicePlace('soju', 'soju.conf', { ...input, plain })
      : await createServicePlace(
          `soju of ${username}`,
          'soju.conf',
          { ...input, plain },
          { folder: join('dedicated', username), short },
        )
  const { folder, adminSocket, configPath } = place
  const probe = new SojuAdmin(adminSocket, { timeoutMs: Math.min(longestAnswerMs, input.askMs ?? longestAnswerMs) })
  const uploads = input.uploads && { ...input.uploads, socket: join(input.socketDir, `${short}-http`) }

  async function prepare(): Promise<void> {
    // soju does not start where a killed one left its socket.
    for (const path of [adminSocket, ...(uploads ? [uploads.socket] : [])]) await rm(path, { force: true })
    plain.port = await freePort()
    await writePrivateFile(join(folder, 'motd.txt'), sojuMotd)
    await writePrivateFile(
      configPath,
      sojuConfig({
        folder,
        hostname: input.hostname,
        title: input.title,
        plain,
        adminSocket,
        authUrl: input.authUrl,
        uploads,
      }),
    )
  }

  const supervised = superviseAt(place, { ...input, plain }, probe, {
    args: ['-config', configPath],
    // Unlike ergo it has no lock of its own: a second one would connect every member twice.
    presence: join(folder, 'runs'),
    prepare,
    serves(died) {
      const end = Date.now() + longestLoadMs
      return untilTrue(() => untilUsersLoaded(probe, end), died)
    },
    answers: () => probe.answers('server', 'status'),
  })
  const admin = new SojuAdmin(adminSocket, { isReady: () => supervised.service.state === 'ready' })
  return {
    ...supervised,
    name: place.name,
    admin,
    plain: plain as ListenAddress,
    /** Where it takes uploads; null where nobody can upload. */
    uploadSocket: uploads?.socket ?? null,
    folder,
    data: join(folder, 'soju.db'),
    async stop(): Promise<void> {
      admin.close()
      await supervised.stop()
      if (uploads) await rm(uploads.socket, { force: true })
    },
  }
}

/** So long an answer to the platform's own questions is waited for. */
const longestAnswerMs = 10_000
/** soju gives its database 5 s for each of the two questions that come before its users are there. */
const longestLoadMs = 10_000

/**
 * soju listens before it has loaded its users; a command in between would find them unknown, or make one twice. Its
 * status tells `loaded/stored users`: all are there at once, but for those that it then cannot serve, for whom nobody else
 * waits. With none stored, loading them takes next to no time: a short wait is enough.
 */
async function untilUsersLoaded(admin: SojuAdmin, end: number): Promise<void> {
  const [status = ''] = await admin.run('server', 'status')
  const [, loaded, stored] = /^(\d+)\/(\d+) users/.exec(status) ?? []
  if (stored === undefined) throw new Error(`unknown status: ${status}`)
  if (stored === '0') await delay(100)
  else if (loaded === '0' && Date.now() < end) throw new Error('users are being loaded')
}
