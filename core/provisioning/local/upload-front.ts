import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { basicCredentials, readOut, relayUpload } from '../upload-relay.ts'

/**
 * The one socket for whatever is uploaded through a soju, wherever the bouncer is that it is for: each request is passed on
 * to the soju of its credentials, which asks whether they are right. `socketOf` waits while that bouncer is being moved.
 */
export async function startUploadFront(path: string, socketOf: (username: string | null) => Promise<string | null>) {
  // Who has sent the request watches over its time.
  const server = createServer({ requestTimeout: 0 }, async (incoming, response) => {
    const { headers } = incoming
    const socketPath = await socketOf(usernameIn(headers.authorization)).catch(() => null)
    if (socketPath !== null) return relayUpload(incoming, response, { socketPath, headers }, () => refuse(response))
    refuse(response)
    readOut(incoming)
  })

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
const usernameIn = (authorization: string | undefined): string | null =>
  /^[^:/@]*/.exec(basicCredentials(authorization) ?? '')?.[0] || null

function refuse(response: ServerResponse): void {
  response.writeHead(503).end()
}
