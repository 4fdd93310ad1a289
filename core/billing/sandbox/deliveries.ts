import type { Runtime } from '../../operation/runtime.ts'
import { signWebhook } from '../webhook-signature.ts'

/** Posts a webhook; answers whether it was taken. */
export type Post = (body: string, signature: string) => Promise<boolean>

/** To where webhooks are posted over HTTP. */
export const postTo =
  (url: () => string): Post =>
  async (body, signature) => {
    const answer = await fetch(url(), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      signal: AbortSignal.timeout(10_000),
    })
    await answer.arrayBuffer()
    return answer.ok
  }

/** Sends what the sandbox has to tell, signed, as often as it takes; answers how many were taken. */
export async function deliverEvents(
  runtime: Pick<Runtime, 'read' | 'transaction' | 'now'>,
  secret: string,
  post: Post,
): Promise<number> {
  let taken = 0
  for (const { id, body, attempts } of await runtime.read((store) => store.sandbox.due(runtime.now(), 100))) {
    const at = runtime.now()
    const ok = await post(body, signWebhook(body, secret, Math.floor(at.getTime() / 1000))).catch(() => false)
    if (ok) taken += 1
    const nextAt = new Date(at.getTime() + Math.min(3_600_000, 1000 * 2 ** Math.min(attempts, 12)))
    await runtime.transaction((store) => (ok ? store.sandbox.delivered(id, at) : store.sandbox.failed(id, nextAt)))
  }
  return taken
}
