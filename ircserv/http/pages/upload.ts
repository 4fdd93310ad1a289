import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Visitor } from '@irc-now/core/accounts/page-session'
import { createPaste } from '@irc-now/core/content/pastes/create'
import { largestUpload } from '@irc-now/core/content/pictures/picture'
import type { Caller } from '@irc-now/core/operation/context'
import { errorCodes, OperationError } from '@irc-now/core/operation/errors'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { untilReadOut } from '@irc-now/core/provisioning/upload-relay'
import { type Context as Exchange, Hono, type MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { plainName } from '../content/file-name.ts'
import { type Published, publish } from '../content/publish.ts'
import { createHeldBodies } from '../held-bodies.ts'
import { problemOfRequest } from '../problem.ts'
import { createRateLimit } from '../rate-limit.ts'
import { formLimit, formLimitOf, page, problemPage, wholeForm } from './layout.ts'
import { assertOwnSite } from './own-site.ts'
import { type Outcome, uploadContent, uploadHeadersFor } from './upload-page.ts'
import type { Visitors } from './visitors.ts'

type Env = { Bindings: ApiBindings; Variables: { visitor: Visitor } }

/** What a form without scripts may have, which is held as a whole: one of the largest files, and a text. */
const mostOfForm = largestUpload + 4 * 1024 * 1024 + 65_536

/** How many of those are received at a time, of an account one. */
const mostForms = 6

/** A page on which members publish pictures and texts, signed in by their browser. Each file a script sends by itself. */
export function createUploadPage(deps: { runtime: Runtime; visitors: Visitors; log: Logger }): Hono<Env> {
  const { runtime, visitors, log } = deps
  const app = new Hono<Env>()
  const limit = createRateLimit({ burst: 120, perSecond: 2, now: () => Date.now() })
  const fileLimit = createRateLimit({ burst: 60, perSecond: 0.5, now: () => Date.now() })
  const headers = uploadHeadersFor(runtime.platform.picsUrl)

  app.onError((error, c) => problemPage(c, error, log))

  const show = (c: Exchange<Env>, { name }: Visitor, outcomes: readonly Outcome[] = []) =>
    c.html(page('Upload', uploadContent(name, visitors.tokenOf(c), outcomes)), 200, headers)

  app.get('/upload', async (c) => {
    limit.take(c.env.address)
    const visitor = await visitors.visitor(c)
    return visitor ? show(c, visitor) : visitors.begin(c)
  })

  /** Who sends is known before anything is read. */
  const enter = async (c: Exchange<Env>): Promise<Visitor> => {
    limit.take(c.env.address)
    assertOwnSite(c, runtime.platform.httpUrl)
    const visitor = await visitors.visitor(c)
    if (visitor) return visitor
    throw new OperationError('not_signed_in', 'Your sign-in has ended; open the page again, and sign in.')
  }
  const signedIn: MiddlewareHandler<Env> = async (c, next) => {
    c.set('visitor', await enter(c))
    await next()
  }

  const held = createHeldBodies({ each: 1, all: mostForms })
  const inTurn: MiddlewareHandler<Env> = (c, next) => held(c.var.visitor.accountId, next)

  app.post('/upload', signedIn, inTurn, formLimitOf(mostOfForm), async (c) => {
    const form = await wholeForm(c.req.parseBody({ all: true }))
    visitors.assertToken(c, form.token)
    const caller = callerOf(c.var.visitor)
    const outcomes: Outcome[] = []
    for (const file of [form.file].flat()) {
      if (!(file instanceof File) || file.size === 0) continue
      const source = Readable.fromWeb(file.stream() as ReadableStream)
      const name = plainName(file.name)
      outcomes.push(await outcomeOf(name ?? 'file', () => publish(runtime, { source, name, type: file.type }, caller)))
    }
    const { text, title } = form
    if (typeof text === 'string' && text !== '') {
      const name = typeof title === 'string' && title !== '' ? title : undefined
      // Forms end lines as nobody typed them.
      const input = { text: text.replaceAll('\r\n', '\n'), title: name }
      outcomes.push(await outcomeOf(name ?? 'text', () => run(runtime, createPaste, input, caller)))
    }
    if (outcomes.length === 0) throw new OperationError('invalid_input', 'Nothing was chosen; go back and put in some.')
    return show(c, c.var.visitor, outcomes)

    async function outcomeOf(name: string, work: () => Promise<unknown>): Promise<Outcome> {
      try {
        fileLimit.take(caller.accountId)
        return { name, published: (await work()) as Published, problem: null }
      } catch (error) {
        return { name, published: null, problem: problemOfRequest(error, undefined, log, 'an upload failed').message }
      }
    }
  })

  /** One file as the request's body; the answer is JSON, with `url` or with `problem`. */
  app.post('/upload/file', async (c) => {
    const { incoming } = c.env
    try {
      const caller = callerOf(await enter(c))
      visitors.assertToken(c, c.req.header('irc-now-form'))
      fileLimit.take(caller.accountId)
      const name = plainName(c.req.query('name') ?? '')
      const upload = { source: incoming, name, type: c.req.header('content-type') ?? '' }
      const { url, thumbnailUrl } = await publish(runtime, upload, caller)
      return c.json({ url, thumbnailUrl }, 200, { 'cache-control': 'no-store' })
    } catch (error) {
      const { code, message } = problemOfRequest(error, incoming, log, 'an upload failed')
      // A browser that is still sending takes a connection that ends for a broken one, answer or not.
      await untilReadOut(incoming)
      return c.json({ problem: message }, errorCodes[code].status, { 'cache-control': 'no-store', connection: 'close' })
    }
  })

  app.post('/upload/sign-out', signedIn, formLimit, async (c) => {
    visitors.assertToken(c, (await wholeForm(c.req.parseBody())).token)
    return visitors.end(c)
  })
  return app
}

const callerOf = ({ accountId }: Visitor) =>
  ({ accountId, via: 'page', scopes: ['pic:write', 'paste:write'] }) satisfies Caller
