import { createReadStream } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { samples } from '../../test/sample-files.ts'
import { createEmbeddedClaims } from '../accounts/identity.embedded.ts'
import type { Before } from '../operation/context.ts'
import { OperationError } from '../operation/errors.ts'
import { FileBody } from '../operation/file-body.ts'
import { run } from '../operation/run.ts'
import { sandboxSecret } from '../platform/billing.ts'
import type { Database } from '../store/database.ts'
import { cancelBilling } from './cancel.ts'
import { openCheckout } from './checkout.ts'
import { billingRound } from './rounds.ts'
import { showBilling } from './show.ts'
import { upgradeBilling } from './upgrade.ts'
import { signWebhook } from './webhook-signature.ts'
import { receiveWebhook } from './webhooks.ts'

const day = 86_400_000
const paid = '4242424242424242'
const failsLater = '4000000000000341'

describe('billing', () => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  beforeAll(async () => {
    database = await openTestPglite()
    platform = await createTestPlatform(database)
  })
  afterAll(() => database?.close())

  const call = (...words: Parameters<typeof platform.call>) => platform.call(...words)
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error) => error.code,
    )
  const sandbox = () => platform.runtime.billing.sandbox!
  const idOf = (url: string) => url.split('/').at(-1)!
  /** What the rounds do in the background. */
  const round = async () => {
    const secret = sandboxSecret(platform.keyring.key)
    for (const { id, body } of await platform.runtime.read((store) => store.sandbox.due(new Date(), 1000))) {
      const { settled } = await receiveWebhook(
        platform.runtime,
        body,
        signWebhook(body, secret, Math.floor(Date.now() / 1000)),
      )
      await settled
      await platform.runtime.transaction((store) => store.sandbox.delivered(id, new Date()))
    }
    await billingRound({
      ...platform.runtime,
      putClaims: createEmbeddedClaims(platform.runtime).putClaims,
      problem: (error) => {
        throw error
      },
    })
  }
  const pass = async (by: string) => {
    await call('ops', 'ops.sandbox.advance', { by })
    await round()
  }
  async function subscriber(name: string, card = paid, plan = 'pro'): Promise<string> {
    const id = await platform.member(name)
    const { url } = await call(name, 'billing.upgrade', { plan })
    await sandbox().pay(idOf(url), card, false)
    await round()
    return id
  }
  const phase = async (name: string) => (await call(name, 'billing.show')).status.phase
  const card = async (name: string, number: string) => {
    const { url } = await call(name, 'billing.portal')
    await sandbox().putCard(idOf(url), number)
    await round()
  }
  const claimsOf = (id: string) => platform.runtime.read((store) => store.outbox.claims(id))
  const told = async (id: string) =>
    (await platform.runtime.read((store) => store.events.after(id, '0'))).map(({ type }) => type)

  test('a page is where one pays, the same in every tab; paid, it holds; a second subscription can’t be had', async () => {
    const id = await platform.member('tabs')
    expect(await call('tabs', 'billing.show')).toMatchObject({ plan: 'free', status: { phase: 'free' }, paysFor: [] })
    expect(await call('tabs', 'billing.preview', { name: 'pro' })).toMatchObject({ dueNow: '$6.00', next: '$6.00' })
    expect(await call('tabs', 'billing.upgrade', { plan: 'pro' }, { dryRun: true })).toMatchObject({ url: null })
    expect(await platform.runtime.read((store) => store.billing.byAccount(id))).toBeUndefined()
    const tabs = await Promise.all(Array.from({ length: 4 }, () => call('tabs', 'billing.upgrade', { plan: 'pro' })))
    const urls = new Set(tabs.map(({ url }) => url))
    const states = await Promise.all([...urls].map((url) => platform.runtime.billing.payments.checkoutState(idOf(url))))
    expect(states.filter((state) => state === 'open')).toHaveLength(1)
    const { url } = await call('tabs', 'billing.upgrade', { plan: 'pro' })
    expect((await call('tabs', 'billing.show')).status).toEqual({ phase: 'pending', message: `Pay at ${url}` })
    // Another wish ends the page of the first.
    const other = await call('tabs', 'billing.upgrade', { plan: 'network-starter' })
    expect(await code(sandbox().pay(idOf(url), paid, false))).toBe('not_found')
    await sandbox().pay(idOf(other.url), paid, false)
    // Before any webhook: who asks reads it anew.
    expect(await code(call('tabs', 'billing.upgrade', { plan: 'pro' }))).toBe('confirmation_required')
    await round()
    expect(await call('tabs', 'billing.show')).toMatchObject({
      plan: 'free',
      status: { phase: 'active', message: null },
      paysFor: ['Network Starter, by the month'],
      cost: '$12.00 a month',
    })
    const { subscriptions } = await platform.runtime.billing.payments.customer(
      (await platform.runtime.read((store) => store.billing.byAccount(id)))!.customer_id!,
    )
    expect(subscriptions).toHaveLength(1)
  })

  test('a page that is open when its account is deleted can’t be paid any more', async () => {
    await platform.member('leaves')
    const { url } = await call('leaves', 'billing.upgrade', { plan: 'pro' })
    await call('leaves', 'account.delete', {}, { confirm: 'leaves' })
    await round()
    expect(await code(sandbox().pay(idOf(url), paid, false))).toBe('not_found')
  })

  test('a page that the provider won’t end keeps nothing else from ending', async () => {
    const id = await subscriber('refuses', paid, 'network-starter')
    await call('refuses', 'billing.upgrade', { plan: 'pro', yearly: true })
    const refuse = async (): Promise<never> => {
      throw new OperationError('conflict', 'no')
    }
    const payments = { ...platform.runtime.billing.payments, endCheckout: refuse }
    const runtime = { ...platform.runtime, billing: { ...platform.runtime.billing, payments } }
    const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
    await run(runtime, cancelBilling, {}, caller)
    const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    const states = async () => (await platform.runtime.billing.payments.customer(customer_id!)).subscriptions
    expect((await states())[0]!.endsAt).not.toBeNull()
    await call('refuses', 'account.delete', {}, { confirm: 'refuses' })
    const problems: string[] = []
    const problem = (_error: unknown, what: string) => problems.push(what)
    await billingRound({ ...runtime, putClaims: async () => undefined, problem })
    expect((await states()).map(({ status }) => status)).toEqual(['canceled'])
    expect(problems).toContain('cancel could not be delivered')
    await billingRound({
      ...platform.runtime,
      now: () => new Date(Date.now() + 60_000),
      putClaims: async () => undefined,
      problem,
    })
    expect(await platform.runtime.read((store) => store.outbox.pending('cancel', customer_id!))).toBeUndefined()
  })

  test('no page is made for an account that goes meanwhile', async () => {
    const change = { customerId: 'none', subscriptionId: null, items: [] }
    const actor = { id: 'purged', name: 'purged', role: 'member' as const }
    const before = { ...platform.runtime, actor, dryRun: false, confirm: undefined } as unknown as Before
    expect(await code(openCheckout(before, undefined, change))).toBe('not_found')
  })

  test('a read pays no heed to an idempotency key, used or not', async () => {
    await subscriber('reads')
    const idempotencyKey = 'reads-1'
    await call('reads', 'billing.cancel', {}, { idempotencyKey, confirm: 'reads' })
    expect(await call('reads', 'billing.portal', {}, { idempotencyKey })).toMatchObject({ url: expect.any(String) })
  })

  test('what is charged at once is confirmed first, to the cent; add-ons are counted', async () => {
    await subscriber('adds')
    const refused = call('adds', 'billing.addon.add', { name: 'bots', quantity: 2 })
    await expect(refused).rejects.toMatchObject({ code: 'confirmation_required', details: { expected: '4.00' } })
    expect(await code(call('adds', 'billing.addon.add', { name: 'bots', quantity: 2 }, { confirm: '3.99' }))).toBe(
      'confirmation_invalid',
    )
    expect((await call('adds', 'billing.show')).cost).toBe('$6.00 a month')
    expect(await call('adds', 'billing.addon.add', { name: 'bots', quantity: 2 }, { confirm: '4.00' })).toMatchObject({
      paysFor: ['Pro and 2 × Bots, by the month'],
      bought: [
        { offer: 'pro', quantity: 1, interval: 'month' },
        { offer: 'bots', quantity: 2, interval: 'month' },
      ],
      cost: '$10.00 a month',
      url: null,
    })
    const bots = (await call('adds', 'plan.show')).items.find(({ limit }: { limit: string }) => limit === 'bot.live')
    expect(bots).toMatchObject({ allowed: '2', why: 'the add-on Bots × 2' })
    await call('adds', 'billing.addon.remove', { name: 'bots', quantity: 1 })
    expect((await call('adds', 'billing.show')).paysFor).toEqual(['Pro and 1 × Bots, by the month'])
    expect(await code(call('adds', 'billing.addon.remove', { name: 'log-search' }))).toBe('not_found')
    expect(await code(call('adds', 'billing.addon.add', { name: 'log-search', quantity: 2 }))).toBe('quota_reached')
    expect(await code(call('adds', 'billing.upgrade', { plan: 'pro', yearly: true }))).toBe('conflict')
    const { items } = await call('adds', 'billing.invoices')
    expect(items.map(({ amount, status }: Record<string, string>) => [amount, status])).toEqual([
      ['$0.00', 'paid'],
      ['$4.00', 'paid'],
      ['$6.00', 'paid'],
    ])
  })

  test('Pro by the month becomes Pro by the year, and back, previewed and confirmed; not what it is sold together with', async () => {
    await subscriber('years')
    const preview = await call('years', 'billing.preview', { name: 'pro', yearly: true })
    expect(preview).toMatchObject({ dueNow: '$54.00', next: '$60.00' })
    expect(preview.lines).toEqual(['unused 1 × Pro: -$6.00', '1 × Pro: $60.00'])
    const upgrade = (input: object, confirm?: string) =>
      call('years', 'billing.upgrade', { plan: 'pro', ...input }, confirm ? { confirm } : {})
    expect(await code(upgrade({ yearly: true }))).toBe('confirmation_required')
    expect(await upgrade({ yearly: true }, '54')).toMatchObject({
      plan: 'pro',
      paysFor: ['Pro, by the year'],
      bought: [{ offer: 'pro', quantity: 1, interval: 'year' }],
      cost: '$60.00 a year',
      url: null,
    })
    // Without a word of it, it is the same, which they have.
    expect(await upgrade({})).toMatchObject({
      paysFor: ['Pro, by the year'],
      status: { phase: 'active', message: 'You have Pro already, by the year; nothing was changed.' },
    })
    expect(await upgrade({ yearly: false })).toMatchObject({ paysFor: ['Pro, by the month'], cost: '$6.00 a month' })
    const { items } = await call('years', 'billing.invoices')
    expect(items.map(({ cents }: { cents: number }) => cents)).toEqual([0, 5400, 600])
    await call('years', 'billing.addon.add', { name: 'bots' }, { confirm: '2' })
    await expect(upgrade({ yearly: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('together with Bots by the month'),
    })
    expect(await code(call('ops', 'billing.upgrade', { plan: 'pro' }))).toBe('conflict')
    expect(await platform.member('wrong')).toBeTruthy()
    expect(await code(call('wrong', 'billing.upgrade', { plan: 'network-starter', yearly: true }))).toBe(
      'invalid_input',
    )
    const row = await platform.runtime.read(async (store) =>
      store.billing.byAccount((await store.accounts.byName('wrong'))!.id),
    )
    expect(row).toBeUndefined()
  })

  test('a payment fails: everything for 14 days, with notices, then what is over Free’s limits is stopped, until it is paid', async () => {
    const id = await subscriber('late', failsLater)
    await call('late', 'bouncer.create')
    for (const n of [1, 2, 3, 4, 5, 6, 7])
      await call('late', 'upstream.create', { name: `n${n}`, address: `n${n}.example.org` })
    // A day after what is paid for has ended, however long the month is.
    const { renewsAt } = await call('late', 'billing.show')
    const clock = await platform.runtime.read((store) => store.billing.now(new Date()))
    await pass(`${Math.ceil((Date.parse(renewsAt) - clock.getTime()) / 3_600_000) + 24}h`)
    expect(await phase('late')).toBe('overdue')
    expect((await call('late', 'upstream.create', { name: 'n8', address: 'n8.example.org' })).status.phase).toBe(
      'pending',
    )
    for (const _ of Array.from({ length: 12 })) await pass('1d')
    expect(await phase('late')).toBe('overdue')
    expect((await told(id)).filter((type) => type === 'billing.overdue').length).toBe(4)
    await pass('1d')
    expect(await phase('late')).toBe('restricted')
    expect(await told(id)).toContain('billing.restricted')
    const states = async () => {
      const { items } = await call('late', 'upstream.list')
      return items
        .filter((one: { managed: boolean }) => !one.managed)
        .map((one: { name: string; status: { message: string | null } }) => [
          one.name,
          one.status.message?.includes('plan') ?? false,
        ])
    }
    const stopped = async () =>
      (await states()).filter(([, over]: [string, boolean]) => over).map(([name]: [string]) => name)
    expect(await stopped()).toEqual(['n6', 'n7', 'n8'])
    expect(await code(call('late', 'upstream.create', { name: 'n9', address: 'n9.example.org' }))).toBe('quota_reached')
    await call('late', 'plan.keep', { noun: 'upstream', names: ['n8', 'n7'] })
    expect((await call('late', 'account.export')).billing).toMatchObject({
      customer: expect.any(String),
      keeps: [{ names: ['n8', 'n7'] }],
    })
    expect(await stopped()).toEqual(['n4', 'n5', 'n6'])
    await card('late', paid)
    expect(await phase('late')).toBe('active')
    expect(await stopped()).toEqual([])
    expect(await told(id)).toContain('billing.paid')
    expect(await call('late', 'billing.cancel')).toMatchObject({ status: { phase: 'ending' } })
    expect(await call('late', 'billing.resume')).toMatchObject({ status: { phase: 'active' } })
    await call('late', 'billing.cancel')
    await pass('31d')
    expect(await call('late', 'billing.show')).toMatchObject({ plan: 'free', status: { phase: 'free' } })
    expect(await stopped()).toEqual(['n4', 'n5', 'n6'])
    expect((await call('late', 'account.show')).plan).toBe('free')
  })

  test('the sandbox’s clock stops where something is due on the way, so that all is told that would be in as many days', async () => {
    const id = await subscriber('leaps', failsLater)
    await call('leaps', 'paste.create', { text: 'x', expires: 'never' })
    const messages = async () =>
      (await platform.runtime.read((store) => store.events.after(id, '0')))
        .filter(({ type }) => /^billing\.(overdue|restricted|ended|content)$/.test(type))
        .map(({ message }) => message)
    await call('ops', 'ops.sandbox.advance', { by: '200d' })
    const told = await messages()
    expect(told.map((message) => message.replace(/\d{4}-\d\d-\d\d/, 'DAY').slice(0, 40))).toEqual(
      [
        'Your payment did not go through; you keep',
        'Your payment is still open; in 7 days, on',
        'Your payment is still open; in 3 days, on',
        'Your payment is still open; in 1 day, on ',
        'Your payment is overdue: what is more tha',
        'Your subscription has ended. Nothing is d',
        'On DAY 1 paste that you published to stay',
        'In 30 days, on DAY, 1 paste that you publ',
        'In 7 days, on DAY, 1 paste that you publi',
        'In 1 day, on DAY, 1 paste that you publis',
        '1 paste that you published to stay are go',
      ].map((message) => message.slice(0, 40)),
    )
    expect(await call('leaps', 'billing.show')).toMatchObject({ plan: 'free', status: { phase: 'free' } })
  })

  test('of more than the plan allows as many run as it allows, once one is deleted, or its bouncer is stopped', async () => {
    await platform.member('shrinks')
    const give = (what: string, value: number | null) =>
      call('ops', 'plan.override.set', { name: 'shrinks', what, value, reason: 'a test' })
    await give('bouncers', 2)
    await give('upstreams', 10)
    for (const bouncer of ['old', 'new']) {
      await call('shrinks', 'bouncer.create', { name: bouncer })
      for (const n of [1, 2, 3])
        await call('shrinks', 'upstream.create', { bouncer, name: `n${n}`, address: `n${n}.example.org` })
    }
    const running = async () => {
      const { items } = await call('shrinks', 'upstream.list')
      return items
        .filter((one: { managed: boolean; status: { message: string | null } }) => !one.managed && !one.status.message)
        .map((one: { bouncer: string; name: string }) => `${one.bouncer} ${one.name}`)
        .sort()
    }
    await give('upstreams', 2)
    expect(await running()).toEqual(['old n1', 'old n2'])
    await call('shrinks', 'upstream.delete', { bouncer: 'old', name: 'n1' }, { confirm: 'n1' })
    expect(await running()).toEqual(['old n2', 'old n3'])
    await call('shrinks', 'plan.keep', { noun: 'bouncer', names: ['new'] })
    await give('bouncers', 1)
    expect(await running()).toEqual(['new n1', 'new n2'])
    await call('shrinks', 'plan.keep', { noun: 'upstream', names: ['n3', 'n2'] })
    expect(await running()).toEqual(['new n2', 'new n3'])
  })

  test('what was published to stay for ever goes 90 days after the plan that let it, announced three times before', async () => {
    const id = await subscriber('author')
    const paste = await call('author', 'paste.create', { text: 'x', expires: 'never' })
    // Or by the profile, where nothing else is said.
    expect((await call('author', 'paste.create', { text: 'x' })).expiresAt).not.toBeNull()
    await call('author', 'account.update', { contentExpiry: 'never' })
    expect((await call('author', 'paste.create', { text: 'x' })).expiresAt).toBeNull()
    expect((await call('author', 'paste.create', { text: 'x', expires: '1h' })).expiresAt).not.toBeNull()
    const picture = await call('author', 'pic.upload', { file: new FileBody(createReadStream(samples.png)) })
    expect(picture.expiresAt).toBeNull()
    await round()
    expect(await claimsOf(id)).toMatchObject({ content_expires: false })
    await call('author', 'billing.cancel')
    await pass('32d')
    const notices = async () => (await told(id)).filter((type) => type === 'billing.content').length
    expect(await notices()).toBe(1)
    // Whoever looks is told the day as well.
    const { content_ends_at: ends } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    const end = ends!.toISOString()
    expect(await claimsOf(id)).toMatchObject({ content_expires: true })
    expect((await call('author', 'paste.list')).items.map(({ expiresAt }: typeof paste) => expiresAt)).toContain(end)
    expect((await call('author', 'pic.list')).items).toMatchObject([{ expiresAt: end }])
    expect(await call('author', 'pic.show', { id: picture.id })).toMatchObject({ expiresAt: end })
    expect(await call('author', 'paste.update', { id: paste.id, title: 'x' })).toMatchObject({ expiresAt: end })
    expect((await call('author', 'content.usage')).items[1]).toMatchObject({ what: 'pictures', nextExpiry: end })
    expect((await call('author', 'account.export')).pictures).toMatchObject([{ expiresAt: end }])
    expect((await call('author', 'paste.create', { text: 'x' })).expiresAt).not.toBeNull()
    const passUntilLeft = async (days: number) => {
      const clock = await platform.runtime.read((store) => store.billing.now(new Date()))
      await pass(`${Math.floor((ends!.getTime() - clock.getTime()) / day - days)}d`)
    }
    await passUntilLeft(29)
    expect(await notices()).toBe(2)
    await passUntilLeft(6)
    expect(await notices()).toBe(3)
    expect((await call('author', 'paste.show', { id: paste.id })).expiresAt).toBe(end)
    await passUntilLeft(0)
    expect(await notices()).toBe(4)
    await pass('2d')
    expect(await notices()).toBe(5)
    expect(await code(call('author', 'paste.show', { id: paste.id }))).toBe('not_found')
    expect(await code(call('author', 'pic.show', { id: picture.id }))).toBe('not_found')
  })

  test('while the provider is away members keep what they have, nothing is granted, and it is said', async () => {
    const id = await subscriber('away')
    const down = async (): Promise<never> => {
      throw new OperationError('unavailable', 'The payment provider can’t be reached; try again in a while.')
    }
    const payments = new Proxy(platform.runtime.billing.payments, { get: () => down })
    const runtime = { ...platform.runtime, billing: { ...platform.runtime.billing, payments, sync: down } }
    const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
    expect(await run(runtime, showBilling, {}, caller)).toMatchObject({ plan: 'pro', status: { phase: 'active' } })
    expect(await code(run(runtime, upgradeBilling, { plan: 'network-growth' }, caller))).toBe('unavailable')
    expect(await call('away', 'billing.show')).toMatchObject({ cost: '$6.00 a month' })
  })

  test('a dispute is held for a person: nothing is taken, nothing more is sold', async () => {
    const id = await subscriber('dispute')
    const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    await sandbox().dispute(customer_id!, true)
    await round()
    expect(await call('dispute', 'billing.show')).toMatchObject({ plan: 'pro', status: { phase: 'disputed' } })
    expect(await code(call('dispute', 'billing.upgrade', { plan: 'network-starter' }))).toBe('conflict')
    await sandbox().dispute(customer_id!, false)
    await round()
    expect(await phase('dispute')).toBe('active')
  })

  test('while it is disputed nothing ends or expires, for whatever reason it would; decided, it goes on as it stands', async () => {
    const id = await subscriber('holds', failsLater)
    await call('holds', 'bouncer.create')
    for (const n of [1, 2, 3, 4, 5, 6])
      await call('holds', 'upstream.create', { name: `n${n}`, address: `n${n}.example.org` })
    await call('holds', 'account.update', { contentExpiry: 'never' })
    const paste = await call('holds', 'paste.create', { text: 'x', expires: 'never' })
    const until = new Date((await platform.runtime.read((store) => store.billing.now(new Date()))).getTime() + 5 * day)
    const gift = { name: 'holds', what: 'bot.live', value: 7, reason: 'a gift' }
    await call('ops', 'plan.override.set', { ...gift, until: until.toISOString().slice(0, 10) })
    await round()
    const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    await sandbox().dispute(customer_id!, true)
    await round()
    const seen = async () => [
      (await call('holds', 'account.show')).plan,
      (await call('holds', 'plan.show')).items.map(({ limit, allowed }: Record<string, string>) => [limit, allowed]),
      (await call('holds', 'upstream.list')).items.map(({ name, status }: Record<string, unknown>) => [name, status]),
      (await call('holds', 'paste.show', { id: paste.id })).expiresAt,
      (await claimsOf(id))!.plan,
      (await claimsOf(id))!.content_expires,
    ]
    const before = await seen()
    // Its renewal fails, the grace period and the tries end, and with them the subscription; then 90 days pass.
    for (const by of ['31d', '13d', '2d', '20d', '50d', '50d']) {
      await pass(by)
      expect(await seen()).toEqual(before)
    }
    const states = await platform.runtime.read((store) => store.billing.subscriptions(id))
    expect(states.map(({ status }) => status)).toEqual(['canceled'])
    expect(await phase('holds')).toBe('disputed')
    expect(await told(id)).not.toContain('billing.overdue')
    expect(await told(id)).not.toContain('billing.content')
    await sandbox().dispute(customer_id!, false)
    await round()
    expect(await call('holds', 'billing.show')).toMatchObject({ plan: 'free', status: { phase: 'free' } })
    expect(await told(id)).toEqual(expect.arrayContaining(['billing.ended', 'billing.limits', 'billing.content']))
    expect((await claimsOf(id))!.plan).toBe('free')
    expect((await call('holds', 'paste.show', { id: paste.id })).expiresAt).not.toBeNull()
  })

  test('what was announced to go waits for a dispute, and is announced anew', async () => {
    const id = await subscriber('waits')
    const paste = await call('waits', 'paste.create', { text: 'x', expires: 'never' })
    const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    await call('waits', 'billing.cancel')
    await pass('32d')
    await sandbox().dispute(customer_id!, true)
    await round()
    await pass('100d')
    expect((await call('waits', 'account.show')).plan).toBe('free')
    expect((await call('waits', 'paste.show', { id: paste.id })).expiresAt).toBeNull()
    await sandbox().dispute(customer_id!, false)
    await round()
    expect((await told(id)).filter((type) => type === 'billing.content')).toHaveLength(2)
    await pass('89d')
    expect(await code(call('waits', 'paste.show', { id: paste.id }))).toBe('none')
    await pass('2d')
    expect(await code(call('waits', 'paste.show', { id: paste.id }))).toBe('not_found')
  })

  test('an account that is deleted is paid for no longer; who comes back begins anew', async () => {
    const id = await subscriber('leaver')
    const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    await call('leaver', 'account.delete', {}, { confirm: 'leaver' })
    await round()
    const { subscriptions } = await platform.runtime.billing.payments.customer(customer_id!)
    expect(subscriptions.map(({ status }) => status)).toEqual(['canceled'])
    await platform.runtime.transaction((store) => store.accounts.purge(id))
    await round()
    await platform.member('leaver')
    expect(await call('leaver', 'billing.show')).toMatchObject({ plan: 'free', paysFor: [] })
    expect((await call('leaver', 'billing.upgrade', { plan: 'pro' })).url).not.toContain(customer_id)
  })

  test('tokens are told by an outbox, as often as it takes', async () => {
    const id = await platform.member('claims')
    const { url } = await call('claims', 'billing.upgrade', { plan: 'pro' })
    await sandbox().pay(idOf(url), paid, false)
    const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    await platform.runtime.billing.sync(customer_id!)
    const claims = () => claimsOf(id)
    expect(await claims()).toBeUndefined()
    const problems: unknown[] = []
    await billingRound({
      ...platform.runtime,
      putClaims: () => Promise.reject(new Error('away')),
      problem: (_error, what, whom) => problems.push([what, whom?.key, whom?.attempts]),
    })
    expect(problems).toContainEqual(['claims could not be delivered', id, 1])
    expect(await claims()).toBeUndefined()
    const later = { ...platform.runtime, now: () => new Date(Date.now() + 10_000) }
    await billingRound({
      ...later,
      putClaims: createEmbeddedClaims(platform.runtime).putClaims,
      problem: () => undefined,
    })
    expect(await claims()).toMatchObject({ plan: 'pro', stripe_customer_id: customer_id, content_expires: true })
  })

  test('operators give and take, with a reason, until a day', async () => {
    await platform.member('gift')
    const give = (input: object) => call('ops', 'plan.override.set', { name: 'gift', reason: 'a gift', ...input })
    expect(await code(give({ what: 'upstreams' }))).toBe('invalid_input')
    expect(await code(give({ what: 'upstreams', value: 9, until: '2020-01-01' }))).toBe('invalid_input')
    expect(await code(call('gift', 'plan.override.set', { name: 'gift', what: 'pro', reason: 'me' }))).toBe(
      'not_allowed',
    )
    await give({ what: 'pro' })
    const until = new Date(
      (await platform.runtime.read((store) => store.billing.now(new Date()))).getTime() + 5 * 86_400_000,
    )
    await give({ what: 'bot.live', value: 7, until: until.toISOString().slice(0, 10) })
    expect((await call('gift', 'account.show')).plan).toBe('pro')
    const bots = async () =>
      (await call('gift', 'plan.show')).items.find(({ limit }: { limit: string }) => limit === 'bot.live')
    expect(await bots()).toMatchObject({
      allowed: '7',
      why: `given by the operators until ${until.toISOString().slice(0, 10)}: a gift`,
    })
    await pass('6d')
    expect(await bots()).toMatchObject({ allowed: '0' })
    const { items } = await call('ops', 'plan.override.list', { name: 'gift' })
    expect(items).toHaveLength(2)
    expect((await call('gift', 'account.export')).billing).toMatchObject({
      plan: 'pro',
      customer: null,
      overrides: items,
    })
    await call('ops', 'plan.override.remove', { name: 'gift', what: 'pro' })
    expect((await call('gift', 'account.show')).plan).toBe('free')

    const five = 5 * 1024 ** 3
    expect(await give({ what: 'picture.bytes', value: five })).toMatchObject({ value: five })
    const pictures = (await call('gift', 'plan.show')).items.find(
      ({ limit }: { limit: string }) => limit === 'picture.bytes',
    )
    expect(pictures).toMatchObject({ allowed: '5 GB' })
    // Days are never so many that there is no such date.
    expect(await code(give({ what: 'picture.lifeDays', value: 2_000_000 }))).toBe('invalid_input')
    await give({ what: 'picture.lifeDays', value: 1_000_000 })
  })

  test('what is sold is made to be what the plans say, and the difference is shown first', async () => {
    const sync = (options: object = {}) => call('ops', 'ops.plans.sync', {}, options)
    await platform.runtime.transaction((store) => store.settings.put('sandbox-prices', '[]'))
    const first = await sync({ dryRun: true })
    expect(first).toMatchObject({ replace: [], rename: [], same: [] })
    expect(first.create).toContain('network_starter_month_v1: $12.00 a month')
    expect(await sync({ dryRun: true })).toEqual(first)
    const asked = async () => {
      const error = await sync().catch((refusal) => refusal)
      expect(error.code).toBe('confirmation_required')
      return error
    }
    const { message, details } = await asked()
    expect(message).toMatch(
      /^This creates .*network_starter_month_v1: \$12\.00 a month.*Repeat “[0-9a-f]{8}” to confirm\.$/,
    )
    expect(await code(sync({ confirm: 'yes' }))).toBe('confirmation_invalid')
    expect(await sync({ dryRun: true })).toEqual(first)
    expect(await sync({ confirm: details.expected })).toEqual(first)
    const none = { create: [], replace: [], rename: [] }
    expect(await sync()).toEqual({ ...none, same: first.create })
    // What was shown before is no longer what there is to do.
    await platform.runtime.billing.payments.nameProduct('pro', 'Professional', 'a')
    expect(await code(sync({ confirm: details.expected }))).toBe('confirmation_invalid')
    const rename = ['pro: Pro, not Professional']
    expect(await sync({ confirm: (await asked()).details.expected })).toEqual({ ...none, rename, same: first.create })
    expect(await sync()).toEqual({ ...none, same: first.create })
  })
})
