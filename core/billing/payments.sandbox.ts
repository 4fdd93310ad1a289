import { OperationError } from '../operation/errors.ts'
import type { Runtime } from '../operation/runtime.ts'
import type { Stores } from '../store/stores.ts'
import { sandboxPlace, sandboxTransaction } from './belonging.ts'
import { billingWake, clockSetting } from './clock.ts'
import type { Payments, RemotePrice } from './payments.port.ts'
import { allPrices } from './plans.ts'
import { advance, nextStep } from './sandbox/advance.ts'
import { customerState, invoices, preview } from './sandbox/answers.ts'
import {
  changeCard,
  endCheckout,
  findCheckout,
  findPortal,
  openCheckout,
  openPortal,
  payCheckout,
} from './sandbox/checkout.ts'
import type { SandboxEvent } from './sandbox/sandbox-store.ts'
import { type Desk, newCustomer, type SandboxCustomer } from './sandbox/state.ts'
import { change, setEnd } from './sandbox/subscriptions.ts'
import { customerOf, verifyWebhook } from './webhook-signature.ts'

const pricesSetting = 'sandbox-prices'

export interface SandboxOptions {
  readonly runtime: Pick<Runtime, 'transaction' | 'now' | 'random' | 'digest'>
  /** Where its pages are, without a slash at its end. */
  readonly httpUrl: () => string
  /** With which its webhooks are signed. */
  readonly secret: string
}

/** Everything that the pages and the clock of the sandbox need besides the port. */
export function createSandbox({ runtime: whole, httpUrl, secret }: SandboxOptions) {
  const runtime = { ...whole, transaction: sandboxTransaction(whole.transaction) }
  const hex = (bytes: number) => runtime.random(bytes).toString('hex')

  async function pricesIn(store: Stores): Promise<RemotePrice[]> {
    const known = await store.settings.get(pricesSetting)
    if (known !== undefined) return JSON.parse(known) as RemotePrice[]
    // Whoever tries it out has what the plans say, without setting anything up.
    return allPrices().map(({ offer, price }) => ({ ...price, product: offer.name, title: offer.title }))
  }

  const changePrices = (change: (known: readonly RemotePrice[]) => readonly RemotePrice[]) =>
    runtime.transaction(async (store) =>
      store.settings.put(pricesSetting, JSON.stringify(change(await pricesIn(store)))),
    )
  const named = (product: string, title: string) => (price: RemotePrice) =>
    price.product === product ? { ...price, title } : price

  /** Does something with a customer as they stand now, once for each key; what it tells is sent when it holds. */
  async function at<T>(customerId: string, work: (desk: Desk) => T, key?: string): Promise<T> {
    return runtime.transaction(async (store) => {
      const customer = await store.sandbox.customer(customerId)
      if (!customer) throw new OperationError('not_found', 'There is no such customer.')
      const now = await store.billing.now(runtime.now())
      const prices = await pricesIn(store)
      const events: SandboxEvent[] = []
      const deskAt = (moment: Date) => deskOf(customer, prices, moment, events)
      const desk = deskAt(now)
      advance(desk, deskAt)
      const known = key === undefined ? undefined : customer.done[key]
      const answer = known === undefined ? work(desk) : (known as T)
      if (key !== undefined) customer.done[key] = answer ?? null
      await store.sandbox.save(customer)
      await store.sandbox.emit(events, runtime.now())
      if (events.length > 0) store.wake(`event ${billingWake}`)
      return answer
    })
  }

  function deskOf(customer: SandboxCustomer, prices: readonly RemotePrice[], now: Date, events: SandboxEvent[]): Desk {
    return {
      customer,
      now,
      id: (prefix) => `${prefix}_${hex(12)}`,
      price(lookupKey) {
        const found = prices.find((one) => one.lookupKey === lookupKey)
        if (found) return found
        throw new OperationError('conflict', `The price ${lookupKey} is not sold yet; operators run “ops plans sync”.`)
      },
      emit(type, object) {
        const id = `evt_${hex(12)}`
        const created = Math.floor(now.getTime() / 1000)
        const data = { object: { ...object, object: type.split('.').slice(0, -1).join('.'), customer: customer.id } }
        const body = JSON.stringify({ id, object: 'event', type, created, data })
        events.push({ id, customerId: customer.id, type, body })
      },
    }
  }

  /** Whose a checkout or a portal is stands before its dash. */
  const ownerOf = (id: string) => id.split('-')[0]!

  const payments: Payments = {
    place: async () => sandboxPlace,
    async createCustomer({ name, email }, key) {
      const id = `cus_${runtime.digest(`customer ${key}`).slice(0, 14)}`
      await runtime.transaction((store) => store.sandbox.add(newCustomer(id, name, email)))
      return id
    },
    customer: (id) => at(id, customerState),
    async checkout(wanted, returnUrl, key) {
      const id = await at(wanted.customerId, (desk) => openCheckout(desk, wanted, returnUrl).id, key)
      return { id, url: `${httpUrl()}/sandbox/checkout/${id}` }
    },
    checkoutState: (id) => at(ownerOf(id), (desk) => findCheckout(desk, id).status).catch(expiredWhereUnknown),
    endCheckout: (id) => at(ownerOf(id), (desk) => endCheckout(desk, id)).catch(expiredWhereUnknown),
    preview: (wanted) => at(wanted.customerId, (desk) => preview(desk, wanted)),
    change: (wanted, key) => at(wanted.customerId, (desk) => change(desk, wanted), key),
    setEnd: (customerId, id, end, key) => at(customerId, (desk) => setEnd(desk, id, end), key),
    portal: async (customerId, returnUrl) =>
      `${httpUrl()}/sandbox/portal/${await at(customerId, (desk) => openPortal(desk, returnUrl))}`,
    invoices: (customerId) => at(customerId, invoices),
    prices: () => runtime.transaction(pricesIn),
    putPrice: ({ product, title, ...price }) =>
      changePrices((known) => [
        ...known.filter(({ lookupKey }) => lookupKey !== price.lookupKey).map(named(product, title)),
        { product, title, ...price },
      ]),
    nameProduct: (product, title) => changePrices((known) => known.map(named(product, title))),
    async event(body, signature) {
      const raw = await verifyWebhook(body, signature, [secret])
      return { id: raw.id, type: raw.type, customerId: customerOf(raw) }
    },
  }

  return {
    payments,
    secret,
    /** What the checkout's page shows. */
    showCheckout: (id: string) =>
      at(ownerOf(id), (desk) => ({
        checkout: findCheckout(desk, id),
        ...preview(desk, { customerId: desk.customer.id, subscriptionId: null, items: findCheckout(desk, id).items }),
      })),
    pay: (id: string, card: string, authenticated: boolean) =>
      at(ownerOf(id), (desk) => payCheckout(desk, id, card, authenticated)),
    showPortal: (id: string) => at(ownerOf(id), (desk) => ({ ...findPortal(desk, id), customer: desk.customer })),
    putCard: (id: string, card: string) =>
      at(ownerOf(id), (desk) => {
        findPortal(desk, id)
        changeCard(desk, card)
      }),
    /** A customer's bank disputes a payment, or has decided. */
    dispute: (customerId: string, open: boolean) =>
      at(customerId, (desk) => {
        desk.customer.disputed = open
        desk.emit(open ? 'charge.dispute.created' : 'charge.dispute.closed', {})
      }),
    /** Moves the clock on to a time, and everybody with it; never back. Answers the time by it. */
    async advanceTo(at: Date): Promise<Date> {
      const aheadMs = at.getTime() - runtime.now().getTime()
      await runtime.transaction((store) => store.sandbox.moveClock(clockSetting, aheadMs))
      await this.catchUp()
      return runtime.transaction((store) => store.billing.now(runtime.now()))
    },
    /** When something happens next to a customer by itself; null where nothing will. */
    async nextAt(): Promise<Date | null> {
      const customers = await runtime.transaction((store) => store.sandbox.states())
      const times = customers.flatMap((customer) => nextStep(customer)?.at.getTime() ?? [])
      return times.length === 0 ? null : new Date(Math.min(...times))
    },
    /** Whom there is something to tell of that was not told yet. */
    untold: () => runtime.transaction((store) => store.sandbox.untold()),
    /** Lets happen what the time has brought to each customer. */
    async catchUp(): Promise<void> {
      for (const id of await runtime.transaction((store) => store.sandbox.ids())) await at(id, () => undefined)
    },
  }
}

export type Sandbox = ReturnType<typeof createSandbox>

function expiredWhereUnknown(error: unknown): 'expired' {
  if (error instanceof OperationError && error.code === 'not_found') return 'expired'
  throw error
}
