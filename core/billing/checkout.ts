import type { Before } from '../operation/context.ts'
import type { BillingAccountRow } from './billing-store.ts'
import { gone, isGone } from './customer.ts'
import type { Change, Checkout } from './payments.port.ts'

/**
 * The page on which a new subscription is paid. There is one open at a time, which can be completed once: whoever asks
 * for the same again, in a second tab too, gets the same page, and what was asked for before is ended first. Answers
 * `paid meanwhile` where one was paid just then.
 */
export async function openCheckout(
  before: Before,
  row: BillingAccountRow | undefined,
  change: Change,
): Promise<string | 'paid meanwhile'> {
  const { actor, billing, platform } = before
  const { payments } = billing
  const wanted = JSON.stringify(change.items)
  for (let current = row; ; ) {
    if (current?.checkout_id && current.checkout_url) {
      const open = (await payments.checkoutState(current.checkout_id)) === 'open'
      if (open && current.checkout_wanted === wanted) return current.checkout_url
      if ((await payments.endCheckout(current.checkout_id)) === 'complete') return 'paid meanwhile'
    }
    const number = await claim(before, current, wanted)
    if (number !== null) {
      const made = await payments
        .checkout(
          change,
          `${platform.httpUrl}/billing/done?checkout={CHECKOUT_SESSION_ID}`,
          `checkout ${actor.id} ${number}`,
        )
        .catch(async (error) => {
          await giveUp(before, number)
          throw error
        })
      // Whose number was begun by another, or by a process that has died, may have got what has ended since.
      const state = await payments.checkoutState(made.id)
      const kept = await keep(before, number, wanted, state === 'open' ? made : null)
      if (kept && state === 'open') return made.url
      // A page that is not kept is one that nobody has seen, or that was paid by who has.
      if (state !== 'expired' && (await payments.endCheckout(made.id)) === 'complete') return 'paid meanwhile'
    }
    current = await before.read((store) => store.billing.byAccount(actor.id))
  }
}

/**
 * A number for a page, which stands for what is wanted until the page is stored: whoever wants the same meanwhile has the
 * same number, and so the same page. Null where somebody was faster. Throws where the account is gone.
 */
async function claim(
  { actor, transaction }: Before,
  known: BillingAccountRow | undefined,
  wanted: string,
): Promise<number | null> {
  return transaction(async (store) => {
    await store.accounts.lock(actor.id)
    const row = await store.billing.byAccount(actor.id)
    if (!row || (await isGone(store, actor.id))) throw gone()
    if (row.checkout_id === null && row.checkout_wanted === wanted) return row.purchases
    // A page that somebody has stored since would be forgotten without having been ended.
    if (row.purchases !== known?.purchases || row.checkout_id !== known?.checkout_id) return null
    const purchases = row.purchases + 1
    await store.billing.change(actor.id, {
      purchases,
      checkout_id: null,
      checkout_url: null,
      checkout_wanted: wanted,
    })
    return purchases
  })
}

/**
 * Gives a number up whose page could not be made: the provider keeps the refusal under its key for a day, whatever has
 * changed since. A page that it may have made all the same nobody has seen; one that another has stored by now stays.
 */
async function giveUp({ actor, transaction }: Before, number: number): Promise<void> {
  await transaction(async (store) => {
    await store.accounts.lock(actor.id)
    const row = await store.billing.byAccount(actor.id)
    if (row?.purchases === number && row.checkout_id === null)
      await store.billing.change(actor.id, { checkout_wanted: null })
  })
}

/** Stores a number's page, or gives the number up where there is none; false where it stands for nothing any more. */
async function keep(
  { actor, transaction }: Before,
  number: number,
  wanted: string,
  page: Checkout | null,
): Promise<boolean> {
  return transaction(async (store) => {
    await store.accounts.lock(actor.id)
    if (await isGone(store, actor.id)) return false
    const row = await store.billing.byAccount(actor.id)
    if (row?.purchases !== number || row.checkout_wanted !== wanted) return false
    const set = { checkout_id: page?.id ?? null, checkout_url: page?.url ?? null }
    await store.billing.change(actor.id, { ...set, checkout_wanted: page ? wanted : null })
    return true
  })
}
