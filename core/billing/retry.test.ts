import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { catalogue } from '../catalogue.ts'
import { OperationError } from '../operation/errors.ts'
import { run } from '../operation/run.ts'
import type { Runtime } from '../operation/runtime.ts'
import type { Payments } from './payments.port.ts'
import { createSyncer } from './sync.ts'
import { upgradeBilling } from './upgrade.ts'

type Platform = Awaited<ReturnType<typeof createTestPlatform>>
let platform: Platform
let close: () => Promise<void>
beforeAll(async () => {
  const database = await openTestPglite()
  close = database.close
  platform = await createTestPlatform(database)
})
afterAll(() => close?.())

const paid = '4242424242424242'
const idOf = (url: string) => url.split('/').at(-1)!
const sandbox = () => platform.runtime.billing.sandbox!

/** A process that is killed once it has written so often, to the database or to the provider: from then on it does nothing. */
function dying(writes: number): { readonly runtime: Runtime; readonly isDead: () => boolean } {
  let left = writes
  const alive = () => {
    if (left < 0) throw new Error('killed')
  }
  const counted =
    <A extends unknown[], T>(work: (...words: A) => Promise<T>) =>
    async (...words: A): Promise<T> => {
      alive()
      const answer = await work(...words)
      left -= 1
      alive()
      return answer
    }
  const { runtime } = platform
  const writing = ['createCustomer', 'checkout', 'endCheckout', 'change', 'setEnd']
  const payments = new Proxy(runtime.billing.payments, {
    get: (target, name) => {
      const work = target[name as 'change'] as (...words: unknown[]) => Promise<unknown>
      return writing.includes(String(name)) ? counted(work) : work
    },
  })
  const transaction = counted(runtime.transaction) as Runtime['transaction']
  const advanceTo = counted(sandbox().advanceTo.bind(sandbox()))
  const dead = { ...runtime, transaction, read: runtime.read }
  const billing = {
    ...runtime.billing,
    payments,
    sandbox: { ...sandbox(), advanceTo },
    sync: createSyncer({ ...dead, payments }),
  }
  return { runtime: { ...dead, billing }, isDead: () => left < 0 }
}

async function subscriber(name: string, items: readonly string[]): Promise<string> {
  const id = await platform.member(name)
  const [plan = 'pro', ...addons] = items
  await sandbox().pay(idOf((await platform.call(name, 'billing.upgrade', { plan })).url), paid, false)
  for (const addon of addons)
    await platform.call(name, 'billing.addon.add', { name: addon, quantity: 3 }, { confirm: '100' })
  await sync(id)
  return id
}

const rowOf = (id: string) => platform.runtime.read((store) => store.billing.byAccount(id))
async function sync(id: string): Promise<void> {
  const row = await rowOf(id)
  if (row?.customer_id) await platform.runtime.billing.sync(row.customer_id)
}
const moneyOf = async (name: string) =>
  (await platform.call(name, 'billing.invoices')).items.map(({ cents }: { cents: number }) => cents)
const show = (name: string) => platform.call(name, 'billing.show')

/** Kills the operation after each of its writes, lets a webhook tell of what was done, tries it again; then looks. */
async function killedAtEachWrite(
  what: string,
  [operation, input]: readonly [string, object],
  begin: (name: string) => Promise<string>,
  look: (name: string, id: string, answer: unknown) => Promise<void>,
): Promise<void> {
  const found = catalogue.find(({ name }) => name === operation)!
  for (let writes = 1; ; writes += 1) {
    const name = `${what}${writes}`
    const id = await begin(name)
    const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
    const options = { idempotencyKey: `key of ${name}`, confirm: '100' }
    const process = dying(writes - 1)
    await run(process.runtime, found, input, caller, options).catch((error) => {
      if (!process.isDead()) throw error
    })
    await sync(id)
    await look(name, id, await run(platform.runtime, found, input, caller, options))
    if (!process.isDead()) {
      expect(writes).toBeGreaterThan(2)
      return
    }
  }
}

describe('killed after any of its writes and tried again, with what was done known by then,', () => {
  test('an add-on is bought once', async () => {
    await killedAtEachWrite(
      'adds',
      ['billing.addon.add', { name: 'bots', quantity: 2 }],
      (name) => subscriber(name, ['pro']),
      async (name) => {
        expect((await show(name)).paysFor).toEqual(['Pro and 2 × Bots, by the month'])
        expect(await moneyOf(name)).toEqual([400, 600])
      },
    )
  })

  test('an add-on is given up once', async () => {
    await killedAtEachWrite(
      'drops',
      ['billing.addon.remove', { name: 'bots', quantity: 1 }],
      (name) => subscriber(name, ['pro', 'bots']),
      async (name) => expect((await show(name)).paysFor).toEqual(['Pro and 2 × Bots, by the month']),
    )
  })

  test('a plan is changed once', async () => {
    await killedAtEachWrite(
      'grows',
      ['billing.upgrade', { plan: 'network-growth' }],
      (name) => subscriber(name, ['network-starter']),
      async (name) => {
        expect((await show(name)).paysFor).toEqual(['Network Growth, by the month'])
        expect(await moneyOf(name)).toEqual([1200, 1200])
      },
    )
  })

  test('a page is opened once, and once it was paid nothing more is sold', async () => {
    let page: string | undefined
    await killedAtEachWrite(
      'pages',
      ['billing.addon.add', { name: 'bots', quantity: 2 }],
      (name) => platform.member(name),
      async (name, id, answer) => {
        page = (answer as { url: string }).url
        expect((await rowOf(id))!.checkout_url).toBe(page)
        await sandbox().pay(idOf(page), paid, false)
        await sync(id)
        const again = { idempotencyKey: `key of ${name}` }
        await platform.call(name, 'billing.addon.add', { name: 'bots', quantity: 2 }, again)
        expect((await show(name)).paysFor).toEqual(['2 × Bots, by the month'])
        expect(await moneyOf(name)).toEqual([400])
        // Of all pages that were ever made there is this one.
        const { state } = await customerRow(id)
        expect(state.checkouts.map(({ status }: { status: string }) => status)).toEqual(['complete'])
      },
    )
  })

  test('a page that was paid before it was tried again is not opened anew', async () => {
    const id = await platform.member('pays')
    const { url } = await platform.call('pays', 'billing.addon.add', { name: 'bots' })
    const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
    const operation = catalogue.find(({ name }) => name === 'billing.addon.add')!
    const process = dying(1)
    const options = { idempotencyKey: 'pays' }
    await expect(run(process.runtime, operation, { name: 'bots' }, caller, options)).rejects.toThrow('killed')
    await sandbox().pay(idOf(url), paid, false)
    await sync(id)
    expect(await run(platform.runtime, operation, { name: 'bots' }, caller, options)).toMatchObject({ url: null })
    expect((await show('pays')).paysFor).toEqual(['1 × Bots, by the month'])
  })

  test('it ends, and what was taken back since goes on', async () => {
    await killedAtEachWrite(
      'ends',
      ['billing.cancel', {}],
      (name) => subscriber(name, ['pro']),
      async (name) => expect((await show(name)).status.phase).toBe('ending'),
    )
    const id = await subscriber('resumes', ['pro'])
    const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
    const cancel = catalogue.find(({ name }) => name === 'billing.cancel')!
    const options = { idempotencyKey: 'resumes' }
    const process = dying(3)
    await expect(run(process.runtime, cancel, {}, caller, options)).rejects.toThrow('killed')
    await platform.call('resumes', 'billing.resume')
    await run(platform.runtime, cancel, {}, caller, options)
    expect((await show('resumes')).status.phase).toBe('active')
  })

  test('the sandbox’s clock is moved once', async () => {
    const clock = () => platform.runtime.read((store) => store.billing.now(new Date()))
    const ops = (await platform.runtime.read((store) => store.accounts.byName('ops')))!.id
    let before = await clock()
    await killedAtEachWrite(
      'clock',
      ['ops.sandbox.advance', { by: '1d' }],
      async () => {
        before = await clock()
        return ops
      },
      async () => {
        const moved = (await clock()).getTime() - before.getTime()
        expect(Math.round(moved / 3_600_000)).toBe(24)
      },
    )
  })
})

test('what has become something else meanwhile is neither set back nor bought again', async () => {
  const id = await subscriber('other', ['pro'])
  const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
  const add = catalogue.find(({ name }) => name === 'billing.addon.add')!
  const options = { idempotencyKey: 'other', confirm: '100' }
  for (const writes of [1, 2]) {
    const process = dying(writes)
    await expect(run(process.runtime, add, { name: 'bots' }, caller, options)).rejects.toThrow()
    await platform.call('other', 'billing.addon.add', { name: 'bots', quantity: 4 }, { confirm: '100' })
    const before = (await show('other')).paysFor
    await expect(run(platform.runtime, add, { name: 'bots' }, caller, options)).rejects.toMatchObject({
      code: 'conflict',
    })
    expect((await show('other')).paysFor).toEqual(before)
  }
})

test('a page that could not be made is asked for under another key: under the same the provider only repeats itself', async () => {
  const id = await platform.member('refused')
  const refused = new Set<string>()
  let breaks: (() => Promise<unknown>) | null = async () => undefined
  const { payments } = platform.runtime.billing
  const checkout: Payments['checkout'] = async (change, url, key) => {
    await breaks?.()
    if (breaks) refused.add(key)
    if (refused.has(key)) throw new OperationError('unavailable', 'no')
    return payments.checkout(change, url, key)
  }
  const billing = { ...platform.runtime.billing, payments: { ...payments, checkout } }
  const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
  const upgrade = (plan: string) => run({ ...platform.runtime, billing }, upgradeBilling, { plan }, caller)
  await expect(upgrade('pro')).rejects.toMatchObject({ code: 'unavailable' })
  breaks = null
  const { url } = (await upgrade('pro')) as { url: string }
  expect((await rowOf(id))!.checkout_url).toBe(url)
  // It fails for one while another tab has got it: that one’s page stays.
  breaks = () => platform.call('refused', 'billing.upgrade', { plan: 'network-starter' })
  await expect(upgrade('network-starter')).rejects.toMatchObject({ code: 'unavailable' })
  const row = (await rowOf(id))!
  expect(row.checkout_wanted).toContain('network_starter')
  expect(await payments.checkoutState(row.checkout_id!)).toBe('open')
})

test('two tries at the same time have one effect', async () => {
  const id = await subscriber('both', ['pro'])
  const again = { idempotencyKey: 'both', confirm: '100' }
  const both = [1, 2].map(() => platform.call('both', 'billing.addon.add', { name: 'bots', quantity: 2 }, again))
  const [first, second] = await Promise.all(both)
  expect(first).toEqual(second)
  await sync(id)
  expect(await moneyOf('both')).toEqual([400, 600])
})

test('two at the same time make one customer, though the provider was asked for two', async () => {
  const id = await platform.member('twice')
  const { runtime } = platform
  const [made, used] = [new Set<string>(), [] as string[]]
  let second: Promise<unknown> | undefined
  let both = () => {}
  const bothAsk = new Promise<void>((resolve) => {
    both = resolve
  })
  const payments: Payments = {
    ...runtime.billing.payments,
    async createCustomer(...words) {
      const customer = await runtime.billing.payments.createCustomer(...words)
      made.add(customer)
      if (second) both()
      else {
        // With another address it is another customer.
        await runtime.transaction((store) => store.accounts.update(id, { email: 'twice@example.org' }))
        second = upgrade('network-starter')
      }
      await bothAsk
      return customer
    },
    checkout(change, ...words) {
      used.push(change.customerId)
      return runtime.billing.payments.checkout(change, ...words)
    },
  }
  const upgrade = (plan: string) =>
    run(
      { ...runtime, billing: { ...runtime.billing, payments, sync: createSyncer({ ...runtime, payments }) } },
      catalogue.find(({ name }) => name === 'billing.upgrade')!,
      { plan },
      { accountId: id, via: 'http', scopes: ['*'] },
    )
  await upgrade('pro')
  await second
  expect(made.size).toBe(2)
  expect(used.length).toBeGreaterThanOrEqual(2)
  expect(new Set(used)).toEqual(new Set([(await rowOf(id))!.customer_id]))
})

async function customerRow(id: string) {
  const { customer_id } = (await rowOf(id))!
  const state = (await platform.runtime.transaction((store) => store.sandbox.customer(customer_id!)))!
  return { state }
}
