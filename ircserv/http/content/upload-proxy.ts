import type { ServerResponse } from 'node:http'
import { largestUpload } from '@irc-now/core/content/pictures/picture'
import { byteSize } from '@irc-now/core/operation/byte-size'
import { errorCodes, OperationError, type Problem, problemOf } from '@irc-now/core/operation/errors'
import { basicCredentials, readOut, relayUpload } from '@irc-now/core/provisioning/upload-relay'
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

  const tooLarge = new OperationError(
    'too_large',
    `A file has at most ${byteSize(largestUpload)}; send a part of it, or make it smaller.`,
  )

  const handle: NodeHandler = (incoming, response) => {
    // Said before it is sent, it need not go all the way to be refused.
    if (Number(incoming.headers['content-length'] ?? 0) > largestUpload)
      return refusing(problemOf(tooLarge))(incoming, response)
    const socketPath = socketOf()
    if (socketPath === null) return refusing(problemOf(unavailable))(incoming, response)
    const headers: Record<string, string> = {}
    for (const name of passed) {
      const value = incoming.headers[name]
      if (value !== undefined) headers[name] = name === 'authorization' ? bouncerAlone(value) : value
    }
    const added =
      incoming.method === 'OPTIONS' ? { allow: 'OPTIONS, POST', 'accept-post': 'image/*, text/*' } : undefined
    relayUpload(incoming, response, { socketPath, headers, added }, () => refuse(response, problemOf(unavailable)))
  }

  return {
    owns: (url: string | undefined) => /^\/uploads(?=$|[/?])/.test(url ?? ''),
    handlerFor(address: string): NodeHandler {
      try {
        limit.take(address)
        return handle
      } catch (error) {
        return refusing(problemOf(error))
      }
    },
  }
}

/** Clients sign in as `bouncer/network@device`; soju's 0.9 knows only the bouncer here. */
function bouncerAlone(authorization: string): string {
  const credentials = basicCredentials(authorization)
  if (credentials === null) return authorization
  return `Basic ${Buffer.from(credentials.replace(/^([^:/@]+)[/@][^:]*:/, '$1:')).toString('base64')}`
}

const refusing =
  (problem: Problem): NodeHandler =>
  (incoming, response) => {
    refuse(response, problem)
    readOut(incoming)
  }

function refuse(response: ServerResponse, { code, message, details }: Problem): void {
  const { retryAfter } = details ?? {}
  response
    .writeHead(errorCodes[code].status, {
      'content-type': 'text/plain; charset=utf-8',
      ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
    })
    .end(`${message}\n`)
}
