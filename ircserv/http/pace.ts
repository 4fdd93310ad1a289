import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How slow a client may be; whoever is slower holds what others could use, and is cut off. */
export const pace = {
  /** Until the headers of a request are there. */
  headersMs: 20_000,
  /** While something is waited for, so many bytes at least in each stretch of so long. */
  leastBytes: 16 * 1024,
  stretchMs: 30_000,
  checkMs: 5000,
} as const

/** For the server itself: headers. Bodies have the whole of an hour, as long as they keep the pace below. */
export const paceOptions = {
  headersTimeout: pace.headersMs,
  requestTimeout: 3_600_000,
  connectionsCheckingInterval: pace.checkMs,
} as const

interface Underway {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  seen: Seen
  at: number
}

/** What has passed on a connection. */
interface Seen {
  readonly read: number
  /** In whole writes: `bytesWritten` counts one from its beginning. */
  readonly written: number
  /** Of the write that the kernel is taking now. */
  readonly left: number
}

function look(socket: Socket): Seen {
  // What Node's own time-outs go by; nothing else tells of a large write how far it is.
  const { _handle: handle } = socket as { _handle?: { writeQueueSize: number } | null }
  const { bytesRead: read, bytesWritten, writableLength } = socket
  return { read, written: bytesWritten - writableLength, left: handle?.writeQueueSize ?? 0 }
}

/**
 * Watches what is underway on a server: whoever sends a body, or takes an answer, a byte at a time is given to `cut`.
 * Connections on which nothing is ever said are ended too. Time in which the client waits for us (nothing of its body is
 * read, nothing is there to be taken) doesn't count.
 */
export function keepPace(
  server: Server,
  cut: (response: ServerResponse, socket: Socket) => void,
  { headersMs, leastBytes, stretchMs, checkMs }: Record<keyof typeof pace, number> = pace,
): void {
  const all = new Set<Underway>()
  // Node’s own time for headers begins with their first byte.
  const silent = new Map<Socket, number>()
  server.on('connection', (socket: Socket) => {
    silent.set(socket, performance.now())
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const one = { request, response, seen: look(request.socket), at: performance.now() }
    all.add(one)
    response.once('close', () => all.delete(one))
  })
  const check = (now: number) => {
    for (const [socket, since] of silent) {
      if (socket.bytesRead > 0) silent.delete(socket)
      else if (now - since >= headersMs) socket.destroy()
    }
    for (const one of all) {
      const { request, response } = one
      const { socket } = request
      const sends = !request.complete && request.readableLength === 0
      const takes = socket.writableLength > 0
      const seen = look(socket)
      const taken = seen.written - one.seen.written + Math.max(0, one.seen.left - seen.left)
      const moved = (sends ? seen.read - one.seen.read : 0) + (takes ? taken : 0)
      if ((!sends && !takes) || moved >= leastBytes) {
        Object.assign(one, { seen, at: now })
      } else if (now - one.at >= stretchMs) {
        all.delete(one)
        cut(response, socket)
      }
    }
  }
  // What has come by now, also while we ourselves were busy, is read before anybody is taken for slow.
  const timer = setInterval(() => setImmediate(check, performance.now()), checkMs).unref()
  server.once('close', () => clearInterval(timer))
}
