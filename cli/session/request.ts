import type { ClientRequest, IncomingMessage } from 'node:http'
import { OperationError } from '@irc-now/core/operation/errors'
import { answerBySocket, type Request } from './by-socket.ts'

/** Where the platform is reached: its URL, or the owner's unix socket. */
export type Target = { readonly socket: string } | { readonly url: string }

/** A file that is sent as it is, as often as it has to be. */
export interface SentFile {
  /** Bytes; null where nobody knows. */
  readonly size: number | null
  /** Sends it piece by piece, from its beginning, and ends the request. */
  sendTo(outgoing: ClientRequest, reject: (error: unknown) => void): void
  /** It is over, whatever came of it. */
  end(): void
}

export type WithBody = Omit<Request, 'body'> & { readonly body: string | SentFile | null }

export interface Response {
  readonly status: number | undefined
  /** Throws `unavailable` where it breaks off. */
  readonly chunks: AsyncIterable<string>
  /** It is not wanted. */
  discard(): void
}

export const nameOf = (target: Target) => ('socket' in target ? target.socket : target.url)

/** Throws `unavailable` where nothing answers. `live` is an answer that goes on and on. */
export async function send(target: Target, request: WithBody, live = false): Promise<Response> {
  const { body } = request
  if (live || !('socket' in target) || isFile(body)) return sendByHttp(target, request)
  const answer = await answerBySocket(target.socket, { ...request, body }).catch((cause: Error) => {
    throw request.signal?.aborted || cause instanceof TypeError ? cause : unreachable(target, cause)
  })
  if (!answer) throw brokeOff()
  const whole = async function* () {
    yield answer.text
  }
  return { status: answer.status, chunks: whole(), discard: () => undefined }
}

const isFile = (body: WithBody['body']): body is SentFile => body !== null && typeof body === 'object'

function sendByHttp(target: Target, { method, path, headers, body, signal }: WithBody): Promise<Response> {
  // Imported, either would also load Node's fetch, which takes longer than a whole command; and TLS only where spoken.
  const { request } =
    'url' in target && target.url.startsWith('https:')
      ? process.getBuiltinModule('node:https')
      : process.getBuiltinModule('node:http')
  return new Promise((resolve, reject) => {
    const settings = { method, headers, agent: false as const, ...(signal ? { signal } : {}) }
    const hear = (message: IncomingMessage) => {
      message.setEncoding('utf8')
      resolve({ status: message.statusCode, chunks: whole(message, signal), discard: () => message.resume() })
    }
    const outgoing =
      'socket' in target
        ? request({ ...settings, socketPath: target.socket, path }, hear)
        : request(target.url + path, settings, hear)
    outgoing.on('error', (cause) => reject(signal?.aborted ? cause : unreachable(target, cause)))
    if (isFile(body)) body.sendTo(outgoing, reject)
    else outgoing.end(body ?? undefined)
  })
}

/** The chunks of an answer; that it broke off is an error like all others. */
async function* whole(message: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<string> {
  try {
    yield* message as AsyncIterable<string>
  } catch (cause) {
    throw signal?.aborted ? cause : brokeOff(cause)
  }
}

const brokeOff = (cause?: unknown) =>
  new OperationError('unavailable', 'The connection broke before the answer was there; look whether it was done.', {
    cause,
  })

function unreachable(target: Target, cause: Error): OperationError {
  const next = 'socket' in target ? 'start it with “npm start”' : 'check the address and your connection'
  return new OperationError('unavailable', `Nothing answers at ${nameOf(target)}; ${next}.`, { cause })
}
