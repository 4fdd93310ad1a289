import type { Caller } from '@irc-now/core/operation/context'
import { errorCodes, OperationError } from '@irc-now/core/operation/errors'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { untilReadOut } from '@irc-now/core/provisioning/upload-relay'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { problemOfRequest } from '../problem.ts'
import { createRateLimit } from '../rate-limit.ts'
import { fileNameOf } from './file-name.ts'
import { publish } from './publish.ts'

/**
 * What IRC clients upload through soju, which has asked for their password and says who it is in `Soju-Username`: a
 * picture, or a text, which becomes a paste. Whoever knows the path is soju. Errors are sentences, for people.
 */
export function createClientUploads(deps: {
  path: string
  runtime: Runtime
  log: Logger
  rateLimit?: { burst: number; perSecond: number }
  /** A sender who is silent for so long has gone. */
  silenceMs?: number
  /** What is refused is read on for so long. */
  readOutMs?: number
}) {
  const { runtime, log, silenceMs, readOutMs } = deps
  const limit = createRateLimit({ ...(deps.rateLimit ?? { burst: 30, perSecond: 0.5 }), now: () => Date.now() })
  const app = new Hono<{ Bindings: ApiBindings }>()

  app.post(deps.path, async (c) => {
    const { incoming } = c.env
    try {
      const caller = await callerOf(c.req.header('soju-username') ?? '')
      limit.take(caller.accountId ?? '')
      const name = fileNameOf(c.req.header('content-disposition'))
      const type = c.req.header('content-type') ?? ''
      const { url } = await publish(runtime, { source: incoming, name, type }, caller, silenceMs)
      return c.text(`${url}\n`, 201, { location: url })
    } catch (error) {
      const { code, message, details } = problemOfRequest(error, incoming, log, 'an upload failed')
      // Of who has gone silent nothing more comes.
      if (code !== 'timed_out') await untilReadOut(incoming, readOutMs)
      const { retryAfter } = details ?? {}
      return c.text(`${message}\n`, statusOf(code) as 400, {
        connection: 'close',
        ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
      })
    }
  })
  return app

  /** The account of whoever signed in at a bouncer. */
  async function callerOf(username: string): Promise<Caller> {
    const bouncer = await runtime.read((store) => store.bouncers.byUsername(username))
    if (!bouncer) throw new OperationError('not_allowed', 'There is no such bouncer any more; sign in to another one.')
    return { accountId: bouncer.account_id, via: 'irc', scopes: ['pic:write', 'paste:write'] }
  }
}

/** For a client, a file that can't be taken is another matter than a malformed request, and a full plan is full storage. */
const statusOf = (code: keyof typeof errorCodes) =>
  code === 'invalid_input' ? 415 : code === 'quota_reached' ? errorCodes.storage_full.status : errorCodes[code].status
