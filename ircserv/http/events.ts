import { OperationError } from '@irc-now/core/operation/errors'
import type { Runtime } from '@irc-now/core/operation/runtime'
import type { PlatformEvent } from '@irc-now/core/store/event-store'

export type Wake = (accountId: string, hear: () => void) => () => void

/** An account's events from now on (or after `since`), read from the database whenever somebody says there are some. */
export async function* followEvents(
  runtime: Runtime,
  wake: Wake,
  accountId: string,
  since: string | null,
  signal: AbortSignal,
  {
    mayStill = async () => undefined,
    mayRead = () => true,
  }: {
    /** Throws once the caller may no longer follow; asked at each heart-beat. */
    mayStill?: () => Promise<unknown>
    /** Whether the caller may read what a noun's things are like; events of others are passed over. */
    mayRead?: (noun: string) => boolean
  } = {},
): AsyncGenerator<PlatformEvent | null> {
  let heard = true
  let resolve = () => {}
  const hear = () => {
    heard = true
    resolve()
  }
  const stop = wake(accountId, hear)
  signal.addEventListener('abort', hear)
  try {
    let last = since ?? (await runtime.transaction((store) => store.events.lastId(accountId)))
    // Said at once, so that a reader knows from when on nothing is missed.
    yield null
    while (!signal.aborted) {
      heard = false
      for (const event of await runtime.transaction((store) => store.events.after(accountId, last))) {
        last = event.id
        if (mayRead(event.subject.split('/')[0] ?? '')) yield event
      }
      if (heard || signal.aborted) continue
      // A heart-beat keeps proxies from closing the stream and finds what a lost wake-up has left.
      const timer = setTimeout(hear, 15_000)
      await new Promise<void>((done) => {
        resolve = done
      })
      clearTimeout(timer)
      await mayStill()
      yield null
    }
  } finally {
    stop()
    signal.removeEventListener('abort', hear)
  }
}

/** The events as a stream of server-sent ones; it ends with them, and where they fail, which `failed` hears of. */
export function eventStream(
  events: AsyncGenerator<PlatformEvent | null>,
  failed: (error: unknown) => void = () => undefined,
): Response {
  const encoder = new TextEncoder()
  let hasLeft = false
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await events.next()
          // While this was waited for; there is nobody to be told, and nothing went wrong.
          if (hasLeft) return
          if (done) return controller.close()
          const text =
            value === null ? ': still here\n\n' : `id: ${value.id}\nevent: change\ndata: ${JSON.stringify(value)}\n\n`
          controller.enqueue(encoder.encode(text))
        } catch (error) {
          failed(error)
          if (!hasLeft) controller.close()
        }
      },
      async cancel() {
        hasLeft = true
        await events.return(undefined)
      },
    },
    // Nothing is begun, and so nothing has to be ended, before somebody reads: nobody does after HEAD.
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } })
}

export function sinceOf(text: string | undefined): string | null {
  if (text === undefined) return null
  if (!/^\d{1,18}$/.test(text))
    throw new OperationError('invalid_input', 'since wants an event’s id.', { field: 'since' })
  return text
}
