import { setTimeout as delay } from 'node:timers/promises'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Client } from '../session/client.ts'

/** How often to look where nothing is told, in milliseconds. */
const looking = 2000

/** The client for one who may act for a member; what breaks on the way is an error like all others. */
export function actingClient(client: Client, as: string | null): Client {
  return {
    ...client,
    async call(name, input, options) {
      try {
        return await client.call(name, input, as === null ? options : { ...options, as })
      } catch (cause) {
        if (cause instanceof OperationError || options?.signal?.aborted) throw cause
        const message = 'The connection broke before the answer came; look whether it was done.'
        throw new OperationError('unavailable', message, { cause })
      }
    },
    events: as === null ? client.events : (signal) => looks(client, signal),
  }
}

/** A member’s changes are told to the member alone; who acts for them has to look, as often as the platform answers. */
async function* looks(client: Client, signal: AbortSignal): AsyncGenerator<null> {
  for (;;) {
    await client.call('platform.version', {}, { signal })
    yield null
    await delay(looking, undefined, { signal })
  }
}
