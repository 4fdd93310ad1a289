import { randomInt } from 'node:crypto'
import { createServer, isIPv6 } from 'node:net'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:6667`, `[::1]:6667`. */
export function hostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** The last ones given, which may not be listened on yet. */
const given: number[] = []
const mostRemembered = 1000

/**
 * A port of loopback that nobody listens on right now, from `first` on and below `end`: below those that the kernel gives
 * to outgoing connections, one of which could take it before it is used.
 */
export async function freePort(first = 20_000, end = 32_768): Promise<number> {
  for (;;) {
    const port = randomInt(first, end)
    if (given.includes(port)) continue
    given.push(port)
    if (given.length > mostRemembered) given.shift()
    const server = createServer()
    const free = await new Promise<boolean>((resolve) =>
      server.once('error', () => resolve(false)).listen({ host: '127.0.0.1', port }, () => resolve(true)),
    )
    await new Promise((resolve) => server.close(resolve))
    if (free) return port
  }
}

/** Throws an error that names the port and its setting when something else listens there. */
export async function assertFree(address: ListenAddress, setting: string): Promise<void> {
  const { host, port } = address
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`${setting} is ${port}; give it a port from 1 to 65535.`)
  }
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host, port }, resolve))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') {
      throw new Error(`Port ${port} on ${host} is taken; free it or set ${setting} to another one.`, { cause: error })
    }
    if (code === 'EACCES') {
      throw new Error(`Port ${port} on ${host} is not allowed for this user; set ${setting} to one above 1023.`, {
        cause: error,
      })
    }
    throw new Error(`Port ${port} on ${host} cannot be used (${code}); change ${setting}.`, { cause: error })
  }
  await new Promise((resolve) => server.close(resolve))
}
