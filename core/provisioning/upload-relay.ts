import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Whoever is refused may go on sending for so long, since a connection cut off takes its answer along: on a line on which
 * a file of the largest size takes as long, that is as much again.
 */
const lingerMs = 30_000

/**
 * Passes a request on to who listens at `socketPath`, piece by piece, and its answer back. `added` comes into the
 * answer's headers. Where there is no answer, `refuse` gives one.
 */
export function relayUpload(
  incoming: IncomingMessage,
  response: ServerResponse,
  to: { socketPath: string; headers: NodeJS.Dict<string | string[]>; added?: Record<string, string> },
  refuse: () => void,
): void {
  // They left while it was still being found out where to; nobody would end what is opened now.
  if (response.destroyed) return
  const { socketPath, headers } = to
  const { url: path, method } = incoming
  const outgoing = request({ socketPath, path, method, headers }, (answer) => {
    // Whether their connection ends is no matter of ours.
    const { connection: _, ...answered } = answer.headers
    response.writeHead(answer.statusCode ?? 502, { ...answered, ...to.added })
    pipeline(answer, response, () => {
      incoming.unpipe(outgoing)
      readOut(incoming)
    })
  })
  outgoing.on('error', () => {
    if (response.headersSent) return
    incoming.unpipe(outgoing)
    refuse()
    readOut(incoming)
  })
  // Who has gone needs no answer, and what they had begun to send ends there too.
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** Reads to the end what nobody wants any more. */
export function readOut(incoming: IncomingMessage): void {
  if (incoming.complete) return
  incoming.resume()
  const { socket } = incoming
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref()
  incoming.once('end', () => clearTimeout(timer))
}

/** The same for whoever answers only then: soju takes a connection that ends while it sends for a failure, answer or not. */
export async function untilReadOut(incoming: IncomingMessage, atMostMs = lingerMs): Promise<void> {
  if (incoming.complete || incoming.destroyed) return
  const ended = finished(incoming).catch(() => undefined)
  incoming.resume()
  await Promise.race([ended, delay(atMostMs, undefined, { ref: false })])
}

/** `name:password` of HTTP Basic; null where there is none. */
export function basicCredentials(authorization: string | undefined): string | null {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? []
  return encoded === undefined ? null : Buffer.from(encoded, 'base64').toString('utf8')
}
