import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'

/**
 * The one socket for whatever is uploaded through a soju, wherever the bouncer is that it is for: each request is passed on
 * to the soju of its credentials, which asks whether they are right. `socketOf` waits while that bouncer is being moved.
 */
export async function startUploadFront(path: string, socketOf: (username: string | null) => Promise<string | null>) {
  // Who has sent the request watches over its time.
  const server = createServer({ requestTimeout: 0 }, (incoming, response) => {
    passOn(incoming, response).catch(() => refuse(incoming, response))
  })

  async function passOn(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const socketPath = await socketOf(usernameIn(incoming.headers.authorization))
    if (socketPath === null) return refuse(incoming, response)
    const { url, method, headers } = incoming
    const outgoing = request({ socketPath, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...endingFor(incoming) })
      pipeline(answer, response, () => undefined)
    })
    outgoing.on('error', () => refuse(incoming, response))
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  }

  // A killed one has left it.
  await rm(path, { force: true })
  server.listen(path)
  await once(server, 'listening')
  return {
    async stop(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export type UploadFront = Awaited<ReturnType<typeof startUploadFront>>

/** The bouncer that Basic credentials name; null where there are none. */
function usernameIn(authorization: string | undefined): string | null {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) return null
  return /^[^:/@]*/.exec(Buffer.from(encoded, 'base64').toString('utf8'))![0]
}

/** What was not read of a body ends with the connection. */
const endingFor = (incoming: IncomingMessage) => (incoming.complete ? {} : { connection: 'close' })

function refuse(incoming: IncomingMessage, response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(503, endingFor(incoming)).end()
}
