import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { errorCodes, OperationError, type Problem, problemOf } from '@irc-now/core/operation/errors'
import { createRateLimit } from '../rate-limit.ts'
import type { NodeHandler } from '../server.ts'

/** What soju has to know of a request. */
const passed = ['host', 'authorization', 'origin', 'content-type', 'content-disposition', 'content-length'] as const

/**
 * `/uploads` on the platform's own host, of which soju tells IRC clients (`soju.im/FILEHOST`): passed on to soju, which
 * asks who it is and hands the file to the platform. `socketOf` is where soju takes it, null while it does not run here.
 */
export function createUploadProxy(socketOf: () => string | null) {
  const limit = createRateLimit({ burst: 60, perSecond: 1, now: () => Date.now() })
  const unavailable = new OperationError('unavailable', 'Uploads don’t work right now; try again in a minute.')

  const handle: NodeHandler = (incoming, response) => {
    const socketPath = socketOf()
    if (socketPath === null) return refuse(incoming, response, problemOf(unavailable))
    const headers: Record<string, string> = {}
    for (const name of passed) {
      const value = incoming.headers[name]
      if (value !== undefined) headers[name] = name === 'authorization' ? bouncerAlone(value) : value
    }
    const outgoing = request({ socketPath, path: incoming.url, method: incoming.method, headers }, (answer) => {
      const own = incoming.method === 'OPTIONS' ? { allow: 'OPTIONS, POST', 'accept-post': 'image/*, text/*' } : {}
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...own, ...endingFor(incoming) })
      pipeline(answer, response, () => undefined)
    })
    outgoing.on('error', () => {
      // soju may have answered without reading on.
      if (!response.headersSent) refuse(incoming, response, problemOf(unavailable))
    })
    // Who has gone needs no answer, and what they had begun to send ends there too.
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  }

  return {
    owns: (url: string | undefined) => /^\/uploads(?=$|[/?])/.test(url ?? ''),
    handlerFor(address: string): NodeHandler {
      try {
        limit.take(address)
        return handle
      } catch (error) {
        return (incoming, response) => refuse(incoming, response, problemOf(error))
      }
    },
  }
}

/** Clients sign in as `bouncer/network@device`; soju's 0.9 knows only the bouncer here. */
function bouncerAlone(authorization: string): string {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? []
  if (encoded === undefined) return authorization
  const credentials = Buffer.from(encoded, 'base64').toString('utf8')
  return `Basic ${Buffer.from(credentials.replace(/^([^:/@]+)[/@][^:]*:/, '$1:')).toString('base64')}`
}

/** What was not read of a body ends with the connection. */
const endingFor = (incoming: IncomingMessage) => (incoming.complete ? {} : { connection: 'close' })

function refuse(incoming: IncomingMessage, response: ServerResponse, { code, message, details }: Problem): void {
  const { retryAfter } = details ?? {}
  response
    .writeHead(errorCodes[code].status, {
      'content-type': 'text/plain; charset=utf-8',
      ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
      ...endingFor(incoming),
    })
    .end(`${message}\n`)
}
