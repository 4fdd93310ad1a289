import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { errorCodes, OperationError, type Problem, problemOf } from '@irc-now/core/operation/errors'
import type { Hono } from 'hono'
import type { ApiBindings } from './api.ts'
import { keepPace, paceOptions } from './pace.ts'
import { fromProblem } from './problem.ts'

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface Servers {
  /** Lets running requests end for up to `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void>
}

type App = Hono<{ Bindings: ApiBindings }>

/**
 * The client's address, as a proxy of our own tells it where there is one. Whoever has one address of IPv6 has 2^64 of
 * them, so these count as one.
 */
function addressOf(request: IncomingMessage, proxied: boolean): string {
  // The last entry is our own proxy's word; those before it are anybody's.
  const told = proxied
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : undefined
  const address = (told || request.socket.remoteAddress || '').replace(/^::ffff:(?=\d+\.)/, '')
  if (!isIPv6(address) || address === '::1') return address
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const groups = head.split(':').filter(Boolean)
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length
  return `${[...groups, ...Array<string>(Math.max(0, missing)).fill('0')].slice(0, 4).join(':')}::/64`
}

const handlerOf = (app: App, onSocket: boolean, proxied = false): NodeHandler =>
  // Its own Request and Response stand for the global ones: hono's body limit makes a new request of one that it has read.
  getRequestListener(
    (request, env) => {
      const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse }
      return app.fetch(request, { onSocket, address: addressOf(incoming, proxied), incoming, outgoing })
    },
    // An address or a host that no URL can be made of; the app answers all else by itself.
    { errorHandler: (error) => fromProblem(error instanceof RequestError ? noRequest : problemOf(error)) },
  )

/** Serves the app on TCP and, for the owner, on a unix socket. `intercept` may take a request for itself. */
export async function startServers(
  app: App,
  options: {
    host: string
    port: number
    socket: string | null
    /** Other apps for requests to these hosts (as in `Host`, in small letters), which the app then never sees. */
    hosts?: ReadonlyMap<string, App>
    /** A proxy stands in front and tells the client's address. */
    proxied?: boolean
    intercept(request: IncomingMessage, address: string): NodeHandler | null
  },
): Promise<Servers> {
  const tcpHandler = handlerOf(app, false, options.proxied)
  const others = new Map(
    [...(options.hosts ?? [])].map(([host, other]) => [host, handlerOf(other, false, options.proxied)]),
  )
  const tcp = createServer(paceOptions, (request, response) => {
    const other = others.get(request.headers.host?.toLowerCase() ?? '')
    if (other) return other(request, response)
    const taken = options.intercept(request, addressOf(request, options.proxied ?? false))
    ;(taken ?? tcpHandler)(request, response)
  })
  tcp.on('clientError', answerUnreadable)
  keepPace(tcp, (response, socket) => {
    if (response.headersSent) socket.destroy()
    else answerProblem(socket, tooSlow)
  })
  try {
    await listen(tcp, { host: options.host, port: options.port })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    throw new OperationError(
      'conflict',
      `Port ${options.port} is taken by another program; set IRC_NOW_HTTP_PORT to a free one.`,
      { cause },
    )
  }
  const servers = [tcp]
  if (options.socket !== null) servers.push(await listenUnix(app, options.socket))
  return {
    async close(graceMs) {
      await Promise.all(servers.map((server) => closeServer(server, graceMs)))
    },
  }
}

async function listenUnix(app: App, path: string): Promise<Server> {
  // The lock on the role is ours, so a socket that lies there is a dead daemon's.
  await rm(path, { force: true })
  const unix = createServer(handlerOf(app, true)).on('clientError', answerUnreadable)
  const mask = process.umask(0o177)
  try {
    await listen(unix, { path })
    return unix
  } finally {
    process.umask(mask)
  }
}

/** Serves the app to this machine alone, on a port of the kernel's choice. */
export async function startLoopback(app: App): Promise<Servers & { readonly url: string }> {
  const server = createServer(handlerOf(app, false))
  await listen(server, { host: '127.0.0.1', port: 0 })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: (graceMs) => closeServer(server, graceMs) }
}

const tooSlow: Problem = { code: 'timed_out', message: 'The request came too slowly; send it again.' }

const noRequest: Problem = { code: 'invalid_input', message: 'This is no HTTP request; see /openapi.json.' }
const unreadable: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'too_large',
    message: 'Address and headers of a request have at most 16 KB; send less.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: tooSlow,
}

/** What Node itself refuses, because no request can be made of it, is answered in our form too. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  answerProblem(socket, unreadable[error.code ?? ''] ?? noRequest)
}

/** How long the other side has to take the last answer of a connection. */
const lingerMs = 2000

/** The last words on a connection, past the app; whoever doesn't leave then is not waited for. */
function answerProblem(socket: Duplex, { code, message }: Problem): void {
  const { status, title } = errorCodes[code]
  const body = JSON.stringify({ type: `urn:irc-now:error:${code}`, title, status, code, detail: message })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(timer))
}

const listen = (server: Server, where: { host: string; port: number } | { path: string }) =>
  new Promise<void>((resolve, reject) => server.once('error', reject).listen(where, resolve))

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeIdleConnections()
  })
  clearTimeout(timer)
}
