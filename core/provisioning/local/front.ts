import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, isIPv4, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type SecureContext, type TLSSocket } from 'node:tls'
import type { ListenAddress } from './ports.ts'
import { createSignInReader } from './sign-in-reader.ts'

export interface FrontOptions {
  readonly plain: ListenAddress
  readonly tls: ListenAddress
  /** Of the default address. PEM. */
  readonly certificate: { readonly cert: string; readonly key: string }
  /** The certificate of a custom hostname; undefined where nobody has it. */
  contextOf(hostname: string): SecureContext | undefined
  /**
   * The soju that has a user, or where nobody is known yet the one to begin with; waits while the user is being moved.
   * `hostname` is what the client asked for, where it said so.
   */
  routeOf(username: string | null, hostname: string | null): Promise<ListenAddress>
}

/** What a client may send before it has said who it is, bytes. */
const longestSignIn = 64 * 1024
const keepAliveMs = 60_000
/** Milliseconds to agree on TLS, so that nobody holds a place by saying nothing. */
const handshakeTimeout = 10_000
/** At each of both addresses. A client is two open files: this stays well below the 65 536 that a service may at least have. */
const maxConnections = 10_000

/**
 * The address of all bouncers. It does TLS, and brings each client to the soju that has its bouncer, by the name it signs
 * in with: so an address stays right when a bouncer moves. Until that name is said the client speaks with one soju; where
 * it turns out to be another one's, what it has said is said there again, unheard.
 */
export async function startFront(options: FrontOptions) {
  const sockets = new Set<Socket>()
  const plain = createServer((socket) => serve(socket, null))
  const tls = createTlsServer(
    {
      ...options.certificate,
      minVersion: 'TLSv1.2',
      handshakeTimeout,
      ALPNProtocols: ['irc'],
      SNICallback: (hostname, done) => done(null, options.contextOf(hostname.toLowerCase())),
    },
    (socket: TLSSocket) => serve(socket, socket.servername ? socket.servername.toLowerCase() : null),
  )
  // Also those that have not agreed on TLS yet: stopping ends them as well.
  tls.on('connection', keep)
  for (const server of [plain, tls]) server.maxConnections = maxConnections

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.setNoDelay(true).setKeepAlive(true, keepAliveMs)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }

  function serve(client: Socket, hostname: string | null): void {
    keep(client)
    relay(client, hostname).catch(() => client.destroy())
  }

  async function open(client: Socket, address: ListenAddress): Promise<Socket> {
    // They left while it was still being found out where to; nobody would end what is opened now.
    if (client.destroyed) throw new Error('closed')
    const soju = connect(address)
    keep(soju)
    client.once('close', () => soju.destroy())
    await once(soju, 'connect')
    soju.write(proxyLine(client))
    return soju
  }

  async function relay(client: Socket, hostname: string | null): Promise<void> {
    const first = await options.routeOf(null, hostname)
    let soju = await open(client, first)
    const join = () => soju.pipe(client)
    const end = () => client.destroy()
    soju.once('close', end)
    join()
    const signIn = await readSignIn(client, (line) => soju.write(line))
    if (!signIn) return
    const route = await options.routeOf(signIn.username, hostname)
    if (route.port !== first.port || route.host !== first.host) {
      soju.unpipe(client)
      client.write(await say(soju, ''))
      soju.off('close', end).destroy()
      soju = await open(client, route)
      soju.once('close', end)
      await say(soju, signIn.said)
      join()
    }
    soju.write(signIn.rest)
    client.pipe(soju)
  }

  const listening = async (server: Server, address: ListenAddress) => {
    server.listen(address)
    await once(server, 'listening')
  }
  async function stop(): Promise<void> {
    const closed = [plain, tls].map((server) => new Promise((resolve) => server.close(resolve)))
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
  }
  try {
    await listening(plain, options.plain)
    await listening(tls, options.tls)
  } catch (error) {
    // Else the one that listens would be in the way of the next attempt.
    await stop()
    throw error
  }
  return { stop }
}

export type Front = Awaited<ReturnType<typeof startFront>>

interface SignIn {
  readonly username: string
  /** The lines before the one that told. */
  readonly said: Buffer
  /** That one, and what came with it. */
  readonly rest: Buffer
}

/** Passes on line by line until the client has said who it is; null when it leaves before. The client is paused then. */
function readSignIn(client: Socket, pass: (line: Buffer) => void): Promise<SignIn | null> {
  const hear = createSignInReader()
  const said: Buffer[] = []
  let length = 0
  let rest: Buffer = Buffer.alloc(0)
  return new Promise((resolve) => {
    const onClose = () => resolve(null)
    const onData = (data: Buffer) => {
      rest = Buffer.concat([rest, data])
      length += data.length
      if (length > longestSignIn) return void client.destroy()
      for (;;) {
        const end = rest.indexOf('\n') + 1
        if (end === 0) return
        const line = rest.subarray(0, end)
        const username = hear(line.toString('utf8'))
        if (username !== null) {
          client.pause().off('data', onData).off('close', onClose)
          return resolve({ username, said: Buffer.concat(said), rest })
        }
        said.push(line)
        pass(line)
        rest = rest.subarray(end)
      }
    }
    client.on('data', onData).once('close', onClose)
  })
}

/** Says something to a soju and waits until all is answered. Answers what it has answered; what comes later is still to be read. */
function say(soju: Socket, said: Buffer | string): Promise<Buffer> {
  // soju names the command that it does not know, and takes one after the other.
  const mark = `X${randomBytes(8).toString('hex').toUpperCase()}`
  let heard = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('closed'))
    if (soju.destroyed) onClose()
    const onData = (data: Buffer) => {
      heard = Buffer.concat([heard, data])
      const at = heard.indexOf(mark)
      const end = at < 0 ? -1 : heard.indexOf('\n', at)
      if (end < 0) return
      soju.pause().off('data', onData).off('close', onClose)
      soju.unshift(heard.subarray(end + 1))
      resolve(heard.subarray(0, heard.lastIndexOf('\n', at) + 1))
    }
    soju.on('data', onData).once('close', onClose).resume()
    soju.write(said)
    soju.write(`${mark}\r\n`)
  })
}

/** Tells soju who is really there. */
function proxyLine({ remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 }: Socket): string {
  const [from, to] = [remoteAddress, localAddress].map((address) => address.replace(/^::ffff:/, ''))
  const family = isIPv4(from!) ? 'TCP4' : 'TCP6'
  return `PROXY ${family} ${from} ${to} ${remotePort} ${localPort}\r\n`
}
