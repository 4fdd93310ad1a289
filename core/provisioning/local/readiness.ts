import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { ListenAddress } from './ports.ts'
import type { Program } from './program.ts'

const pollMs = 20

/** Tries until it succeeds; gives up when the process has died. */
export async function untilTrue(attempt: () => Promise<unknown>, died: AbortSignal): Promise<void> {
  for (;;) {
    died.throwIfAborted()
    try {
      await attempt()
      return
    } catch {
      await delay(pollMs, undefined, { signal: died })
    }
  }
}

export async function untilListening({ host, port }: ListenAddress, died: AbortSignal): Promise<void> {
  await untilTrue(
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect({ host: reachable(host), port })
        socket.once('connect', () => resolve(void socket.destroy())).once('error', reject)
      }),
    died,
  )
}

/** The address by which this machine itself reaches a listener. */
export function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

/** What a service gets to see of our environment: nothing that could hold a secret or change its configuration. */
export function serviceEnvironment(home: string, program: Program): NodeJS.ProcessEnv {
  const passed = ['PATH', 'TMPDIR', 'TZ', 'SSL_CERT_FILE', 'SSL_CERT_DIR']
  const known = Object.fromEntries(passed.map((name) => [name, process.env[name]]).filter(([, value]) => value))
  const libraries = program.libraryPath ? { LD_LIBRARY_PATH: program.libraryPath } : {}
  return { ...known, ...libraries, HOME: home, LANG: 'C.UTF-8' }
}
