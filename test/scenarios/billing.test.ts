import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon, runCli } from '../daemon.ts'
import type { Person } from '../front-ends/front-end.ts'
import { createPeople } from '../front-ends/people.ts'
import { connectIrc } from '../irc-client.ts'

// Free → Pro → an add-on → a payment fails → grace → restricted → paid → cancelled → Free, on the sandbox's clock: once in
// the terminal alone, and once on IRC alone. Only the pages behind the links are the browser's.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let people: Awaited<ReturnType<typeof createPeople>>
beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
  people = await createPeople(daemon)
})
afterAll(() => daemon?.remove())

const paid = '4242424242424242'
const failsLater = '4000000000000341'

/** What a person does on the page behind a link. */
async function onPage(url: string, card: string): Promise<void> {
  expect(await (await fetch(url)).text()).toContain('Test card')
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ card }) })
  expect([answer.status, answer.url]).toEqual([200, expect.stringContaining('/billing/done')])
}

/** Asks again until it is so: webhooks and rounds take their moment. */
async function eventually<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 120_000
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(answer)}`)
    await delay(200)
  }
}

test('in the terminal', async () => {
  const bob = await people.create('bob')
  const env = { ...daemon.env, IRC_NOW_URL: people.url, IRC_NOW_TOKEN: bob.token }
  const cli = (...words: string[]) => runCli(words, env)
  const json = async (...words: string[]) => JSON.parse((await cli(...words, '--json')).stdout)
  const phase = (wanted: string) =>
    eventually(
      () => json('billing', 'show'),
      ({ status }) => status.phase === wanted,
    )
  const advance = async (by: string) => expect((await daemon.cli('ops', 'sandbox', 'advance', by)).code).toBe(0)

  expect((await cli('plan', 'show')).stdout).toMatch(/upstreams +5 +0 +the Free plan +billing upgrade pro/)
  expect((await cli('billing', 'preview', 'pro')).stdout).toMatch(/due now +\$6\.00/)
  // In a pipe it is the link alone; who waits is led there, and sees what came of it.
  const { stdout } = await cli('billing', 'upgrade', 'pro')
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sandbox\/checkout\/\S+\n$/)
  const waiting = cli('billing', 'upgrade', 'pro', '--wait')
  await onPage(stdout.trim(), paid)
  const waited = await waiting
  expect(waited.code).toBe(0)
  expect(waited.stdout).toMatch(/plan +pro\nstatus +active/)
  expect((await cli('plan', 'show')).stdout).toMatch(/upstreams +no limit +0 +the Pro plan/)

  await cli('bouncer', 'create')
  for (const n of [1, 2, 3, 4, 5, 6])
    expect((await cli('upstream', 'create', `n${n}`, `n${n}.example.invalid`, '--enabled', 'no')).code).toBe(0)
  const asked = await cli('billing', 'addon', 'add', 'bots', '2')
  expect(asked).toMatchObject({ code: 2, stdout: '' })
  expect(asked.stderr).toMatch(/This charges \$4\.00 now, .* with --confirm 4\.00\. \[confirmation_required\]/)
  expect((await cli('billing', 'addon', 'add', 'bots', '2', '--confirm', '4.00')).code).toBe(0)
  expect(await json('billing', 'show')).toMatchObject({ cost: '$10.00 a month' })

  await onPage((await cli('billing', 'portal')).stdout.trim(), failsLater)
  await advance('31d')
  await phase('overdue')
  expect((await cli('upstream', 'create', 'n7', 'n7.example.invalid', '--enabled', 'no')).code).toBe(0)
  await advance('14d')
  await phase('restricted')
  const stopped = async () =>
    (await json('upstream', 'list')).items
      .filter((one: { status: { message: string | null } }) => one.status.message?.includes('plan'))
      .map((one: { name: string }) => one.name)
  expect(await eventually(stopped, (names) => names.length > 0)).toEqual(['n6', 'n7'])
  expect((await cli('upstream', 'create', 'n8', 'n8.example.invalid')).code).toBe(8)
  expect((await cli('plan', 'keep', 'upstream', 'n7')).stdout).toMatch(/stays +n1, n2, n3, n4, n7\nstopped +n5, n6/)
  await onPage((await cli('billing', 'portal')).stdout.trim(), paid)
  await phase('active')
  expect(await stopped()).toEqual([])

  expect((await cli('billing', 'cancel')).stdout).toMatch(/status +ending/)
  await advance('31d')
  expect(await phase('free')).toMatchObject({ plan: 'free', paysFor: [], cost: 'nothing' })
  expect(await stopped()).toEqual(['n5', 'n6'])
  const bills = await json('billing', 'invoices')
  expect(bills.items.map((one: { amount: string; status: string }) => [one.amount, one.status])).toEqual([
    ['$10.00', 'paid'],
    ['$4.00', 'paid'],
    ['$6.00', 'paid'],
  ])
})

test('on IRC', async () => {
  const [carol, boss] = [await people.create('carol'), await people.create('boss', 'ops')]
  const connect = (person: Person) =>
    connectIrc(daemon.ports.irc, person.name, { username: person.name, password: person.password })
  // What comes without having been asked for is read at another session, where nothing else is.
  const [irc, ops, beside] = [await connect(carol), await connect(boss), await connect(carol)]
  const told = (wanted: RegExp) =>
    beside.lines.filter((line) => / NOTICE carol :/.test(line) && wanted.test(line)).length
  try {
    await Promise.all([irc.until(/ 001 /), ops.until(/ 001 /), beside.until(/ 001 /)])
    /** What NowServ says next that is like it. */
    const ask = async (client: typeof irc, command: string, answer: RegExp) => {
      client.lines.length = 0
      client.send(`PRIVMSG NowServ :${command}`)
      return client.until(answer)
    }
    const advance = (by: string) => ask(ops, `OPS SANDBOX ADVANCE ${by}`, /NOTICE boss :now: /)
    const phase = (wanted: string) =>
      eventually(
        () => ask(irc, 'BILLING SHOW', /NOTICE carol :plan: .*status: \S+/),
        (line) => line.includes(`status: ${wanted}`),
      )
    const linkIn = (line: string) => /https?:\S+/.exec(line)![0].replace(/[).]+$/, '')

    expect(await ask(irc, 'PLAN SHOW', /what: upstreams/)).toContain('allowed: 5')
    const link = linkIn(
      await ask(irc, 'BILLING UPGRADE pro', /url: http/).then((line) => line.slice(line.indexOf('url:'))),
    )
    irc.lines.length = 0
    await onPage(link, paid)
    await irc.until(/NOTICE carol :BILLING: active\./)
    expect(await ask(irc, 'BILLING ADDON ADD bots', /confirmation_required/)).toContain('This charges $2.00 now')
    expect(await ask(irc, 'BILLING ADDON ADD bots --confirm 2.00', /pays for: /)).toContain('1 × Bots')

    await onPage(linkIn(await ask(irc, 'BILLING PORTAL', /url: http/)), failsLater)
    await advance('31d')
    await phase('overdue')
    await beside.until(/NOTICE carol :Your payment did not go through; you keep everything until \d{4}-\d\d-\d\d\./)
    await advance('14d')
    await phase('restricted')
    await beside.until(/NOTICE carol :Your payment is overdue: what is more than Free allows is stopped/)
    expect(await ask(irc, 'PLAN SHOW', /what: upstreams/)).toContain('allowed: 5')
    await onPage(linkIn(await ask(irc, 'BILLING PORTAL', /url: http/)), paid)
    await phase('active')
    await beside.until(/NOTICE carol :Your payment went through; everything is as it was\./)
    await ask(irc, 'BILLING CANCEL', /status: ending/)
    await advance('31d')
    expect(await phase('free')).toContain('plan: free')
    await beside.until(/NOTICE carol :Your subscription has ended\./)
    await ask(irc, 'BILLING INVOICES', /amount: \$8\.00 · status: paid/)
    for (const once of [/:Your payment did not go/, /:Your payment is overdue/, /:Your payment went/, /:Your subscr/])
      expect(told(once)).toBe(1)
  } finally {
    for (const client of [irc, ops, beside]) client.close()
  }
})
