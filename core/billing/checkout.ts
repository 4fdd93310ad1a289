import { OperationError } from '../operation/errors.ts'
import type { Outer } from '../operation/outer.ts'
import type { Stores } from '../store/stores.ts'
import type { BillingAccountRow } from './billing-store.ts'
import type { Change } from './payments.port.ts'

/**
 * The page on which a new subscription is paid. There is one open at a time, which can be completed once: whoever asks
 * for the same again, in a second tab too, gets the same page, and what was asked for before is ended first. Answers
 * `paid meanwhile` where that one was paid just then.
 */
export async function openCheckout(
  outer: Outer,
  row: BillingAccountRow | undefined,
  change: Change,
): Promise<string | 'paid meanwhile'> {
  const { member, billing, platform } = outer
  const wanted = JSON.stringify(change.items)
  for (let current = row; ; ) {
    if (current?.checkout_id && current.checkout_url) {
      const open = (await billing.payments.checkoutState(current.checkout_id)) === 'open'
      if (open && current.checkout_wanted === wanted) return current.checkout_url
      if ((await billing.payments.endCheckout(current.checkout_id)) === 'complete') return 'paid meanwhile'
    }
    const number = await claim(outer, current)
    if (number !== null) {
      // Whose number was taken by another by now has made a page that nobody has seen.
      const made = await billing.payments.checkout(
        change,
        `${platform.httpUrl}/billing/done?checkout={CHECKOUT_SESSION_ID}`,
        `checkout ${member.id} ${number}`,
      )
      const kept = await outer.transaction(async (store) => {
        await store.accounts.lock(member.id)
        if (await isGone(store, member.id)) return false
        if ((await store.billing.byAccount(member.id))?.purchases !== number) return false
        await store.billing.change(member.id, {
          checkout_id: made.id,
          checkout_url: made.url,
          checkout_wanted: wanted,
        })
        return true
      })
      if (kept) return made.url
      await billing.payments.endCheckout(made.id)
    }
    current = await outer.read((store) => store.billing.byAccount(member.id))
  }
}

/** Nobody ends a page that is stored for an account after its deletion. */
async function isGone(store: Stores, accountId: string): Promise<boolean> {
  const account = await store.accounts.byId(accountId)
  return !account || account.deleted_at !== null
}

/** A number for the next checkout, which nobody else gets; null where somebody was faster. Throws where the account is gone. */
async function claim({ member, transaction }: Outer, known: BillingAccountRow | undefined): Promise<number | null> {
  return transaction(async (store) => {
    await store.accounts.lock(member.id)
    const row = await store.billing.byAccount(member.id)
    if (!row || (await isGone(store, member.id))) throw new OperationError('not_found', 'The account is gone.')
    // A page that somebody has stored since would be forgotten without having been ended.
    if (row.purchases !== known?.purchases || row.checkout_id !== known?.checkout_id) return null
    const purchases = row.purchases + 1
    await store.billing.change(member.id, { purchases, checkout_id: null, checkout_url: null, checkout_wanted: null })
    return purchases
  })
}
