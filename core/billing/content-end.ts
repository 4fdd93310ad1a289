import type { Stores } from '../store/stores.ts'
import type { BillingAccountRow } from './billing-store.ts'
import type { Entitlements } from './entitlements.ts'
import { onDay } from './periods.ts'

const day = 86_400_000

/** So long what may no longer stay for ever stays all the same. */
export const contentGraceMs = 90 * day
/** So many days ahead the member is told again. */
const reminders = [30, 7, 1]

interface ContentEnd {
  readonly notices: readonly string[]
  readonly nextAt: Date | null
  readonly set: Partial<Pick<BillingAccountRow, 'content_ends_at' | 'content_told'>>
}

const nothing: ContentEnd = { notices: [], nextAt: null, set: {} }

/** `2 pastes and 1 picture`; what there is none of isn’t named. */
const counted = (pastes: number, pictures: number) =>
  [
    [pastes, 'paste'],
    [pictures, 'picture'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`)
    .join(' and ')

/**
 * What was published to stay for ever, by a plan that no longer says so, gets an end 90 days ahead: told at once, and
 * again before. On the better plan again, it stays as it was. Of who owes us, or has disputed a payment, it waits.
 */
export async function expireLater(
  store: Stores,
  accountId: string,
  row: Pick<BillingAccountRow, 'content_ends_at' | 'content_told' | 'disputed'>,
  { keepsForEver, standing }: Pick<Entitlements, 'keepsForEver' | 'standing'>,
  now: Date,
  /** The time by which pastes are kept: the sandbox’s clock may be ahead of it. */
  real: Date,
): Promise<ContentEnd> {
  const ends = row.content_ends_at
  if (keepsForEver || standing === 'restricted' || row.disputed) {
    return ends === null ? nothing : { ...nothing, set: { content_ends_at: null, content_told: null } }
  }
  const [pastes, pictures] = [await store.pastes.countForEver(accountId), await store.pictures.countForEver(accountId)]
  const count = pastes + pictures
  if (count === 0) return ends === null ? nothing : { ...nothing, set: { content_ends_at: null, content_told: null } }
  const what = `${counted(pastes, pictures)} that you published to stay`
  if (ends === null) {
    const at = new Date(now.getTime() + contentGraceMs)
    return {
      notices: [
        `On ${onDay(at)} ${what} will go: by your plan nothing stays for ever. Save them with “account export”, or “billing upgrade pro”.`,
      ],
      nextAt: new Date(at.getTime() - reminders[0]! * day),
      set: { content_ends_at: at, content_told: null },
    }
  }
  if (now >= ends) {
    await store.pastes.endForEver(accountId, real)
    await store.pictures.endForEver(accountId, real)
    return {
      notices: [`${what} are gone, as announced.`],
      nextAt: null,
      set: { content_ends_at: null, content_told: null },
    }
  }
  const left = Math.ceil((ends.getTime() - now.getTime()) / day)
  const due = reminders.toReversed().find((days) => left <= days)
  const fresh = due !== undefined && (row.content_told === null || due < row.content_told)
  const next = reminders.map((days) => new Date(ends.getTime() - days * day)).find((at) => at > now)
  return {
    notices: fresh
      ? [
          `In ${left} day${left === 1 ? '' : 's'}, on ${onDay(ends)}, ${what} will go. Save them with “account export”, or “billing upgrade pro”.`,
        ]
      : [],
    nextAt: next ?? ends,
    set: fresh ? { content_told: due } : {},
  }
}
