import type { Runtime } from '../operation/runtime.ts'
import type { Stores } from '../store/stores.ts'
import { formatSecret, hashSecret } from './secrets.ts'

/** What a link is for, as it is kept sealed. */
export interface OneTimeRequest {
  readonly input: Readonly<Record<string, unknown>>
  /** The member for whom it is done. */
  readonly as?: string | undefined
  /** What the page says of itself, where it is not for somebody who has just asked for it on IRC. */
  readonly page?: { readonly title: string; readonly why: string; readonly done: string }
}

/** What the account’s events call a link once its page has been sent; it tells nothing of the link itself. */
export const linkSubject = (linkOrToken: string) => `link/${hashSecret(linkOrToken.split('/').at(-1)!).slice(0, 16)}`

/**
 * Makes the link to the page on which an account finishes an operation that has secrets; it works once, until
 * `lifeMs` have passed. Only its hash is kept.
 */
export async function createOneTimeLink(
  store: Stores,
  { platform, now, random, seal }: Pick<Runtime, 'platform' | 'random' | 'seal'> & { now: Date },
  link: { accountId: string; operation: string; request: OneTimeRequest; lifeMs: number },
): Promise<{ url: string; expiresAt: Date }> {
  const token = formatSecret('ircn_once_', random(32))
  const expiresAt = new Date(now.getTime() + link.lifeMs)
  await store.links.insert({
    hash: hashSecret(token),
    account_id: link.accountId,
    operation: link.operation,
    sealed_input: seal(JSON.stringify(link.request)),
    expires_at: expiresAt,
    used_at: null,
  })
  return { url: `${platform.httpUrl}/once/${token}`, expiresAt }
}
