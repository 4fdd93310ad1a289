import { listPlans } from '@irc-now/core/billing/list-plans'
import { OperationError } from '@irc-now/core/operation/errors'
import { expect, test } from 'vitest'
import { answers, openCli, requests, withPlatform } from '../../../test/fake-platform.ts'
import { keys } from '../../../test/terminal.ts'

// The built terminal UI’s billing screen; the plans are the platform’s own.
const limit = (title: string, has: number | null, value: number | null, used: string | null, allowed: string) => ({
  limit: title,
  has,
  value,
  used,
  allowed,
  why: 'the Pro plan',
  next: 'nothing to do',
})
const bill = {
  plan: 'pro',
  status: { phase: 'active', message: null as string | null },
  paysFor: ['Pro and 2 × Bots, by the month'],
  bought: [
    { offer: 'pro', quantity: 1, interval: 'month' },
    { offer: 'bots', quantity: 2, interval: 'month' },
  ],
  cost: '$10.00 a month',
  renewsAt: '2099-12-24T08:00:00.000Z' as string | null,
  endsAt: null,
}
const price = {
  dueNow: '$12.00',
  dueNowCents: 1200,
  lines: ['1 × Network Starter: $14.00', 'Credit: -$2.00'],
  next: '$22.00',
  nextCents: 2200,
  nextAt: '2099-12-24T08:00:00.000Z',
  currency: 'usd',
  onPage: false,
  note: 'Nothing can be done with it yet.',
}
const invoice = {
  id: 'in_1',
  date: '2026-11-01T00:00:00.000Z',
  amount: '$10.00',
  cents: 1000,
  status: 'paid',
  url: null,
}
const plans = await (listPlans.handle as () => Promise<unknown>)()
withPlatform({
  'account.show': () => ({ name: 'alice', role: 'member', status: { phase: 'active', message: null } }),
  'bouncer.list': () => ({ items: [] }),
  'billing.show': () => bill,
  'billing.invoices': () => ({ items: [invoice] }),
  'billing.preview': () => price,
  'billing.upgrade': () => ({ ...bill, url: null }),
  'plan.list': () => plans,
  'plan.show': () => ({
    items: [
      limit('bouncers', 3, 1, '3', '1'),
      limit('upstreams', 12, null, '12', 'no limit'),
      limit('picture.bytes', 1024 ** 2, 1024 ** 3, '1 MB', '1 GB'),
      limit('paste.maxBytes', null, 1024 ** 2, null, '1 MB'),
    ],
  }),
})

async function open(size: { columns?: number; rows?: number; env?: NodeJS.ProcessEnv } = {}) {
  const screen = openCli(['tui'], size)
  await screen.until(/alice +● live/)
  screen.type(`:billing show${keys.enter}`)
  await screen.until(/› billing [\s\S]+ usage\n[\s\S]+ invoices\n/)
  return screen
}
const asked = (operation: string) => requests.filter((one) => one.operation === operation)

test('the bill, a bar for what can be counted, and the bills fit on 80 × 24; p compares the plans', async () => {
  const screen = await open()
  await screen.until(
    /^ Pro {2}● active {2}\$10\.00 a month · renews 2099-12-24, in \d+ d *\n +for Pro and 2 × Bots, by the month/m,
  )
  await screen.until(/bouncers +█+ {2}3 of 1 .*\n +upstreams +·+ {2}12, no limit .*\n +pictures +█░+ {2}1 MB of 1 GB/)
  expect(screen.text).not.toContain('size of a paste')
  await screen.until(/DATE +AMOUNT +STATUS[\s\S]+› \d+ d ago +\$10\.00 +paid/)
  expect(screen.lines.at(-1)).toMatch(/ p plans {2}u upgrade {2}\+ add-on {2}o card {2}a actions .*q quit/)
  screen.type('p')
  await screen.until(/Free +Pro +Network +Network +Bots +Log *\n +Starter +Growth +search/)
  for (const row of [
    /a month \(a year\) +– +\$6 \(\$60\) +\$12 +\$24 +\$2 +\$2/,
    /you have +– +✓ +– +– +2 × +–/,
    /dedicated bouncer +– +✓ +– +– +– +–/,
    /upstreams +5 +no limit +–/,
    /pictures +50 MB +1 GB +–/,
    /bots +– +– +\+3 +\+10 +\+1 +–/,
    /still to come +– +– +✓ +✓ +✓ +✓/,
    /may stay for ever +– +✓ +–/,
    /irc-now plan list/,
  ])
    expect(screen.text).toMatch(row)
  screen.type(keys.escape)
  await screen.until(/ usage\n[\s\S]+ invoices\n/)
  expect(screen.overlong).toBe(0)
})

test('a larger terminal shows all of it at once, a smaller one as much as fits, also while it is resized', async () => {
  const screen = await open({ columns: 120, rows: 40, env: { NO_COLOR: '1' } })
  await screen.until(
    / usage\n[\s\S]+bouncers +█+ .+the Pro plan[\s\S]+ plans\n[\s\S]+may stay for ever[\s\S]+ invoices\n/,
  )
  expect(screen.lines.at(-1)).not.toContain('p plans')
  expect(screen.colourOf('active')).toBe(-1)
  for (const [columns, rows] of [
    [60, 16],
    [34, 10],
    [80, 24],
  ] as const) {
    screen.resize(columns, rows)
    await expect.poll(() => screen.lines.length).toBe(rows)
    await screen.until(/^ Pro {2}● active[\s\S]+ invoices\n[\s\S]+q quit *$/m)
    expect(screen.overlong).toBe(0)
  }
})

test('what is the matter stands below the plan', async () => {
  const message = 'Your payment did not go through; pay by 2099-12-08 with “billing portal”.'
  answers['billing.show'] = () => ({ ...bill, status: { phase: 'overdue', message } })
  const screen = await open()
  await screen.until(/✗ overdue[\s\S]+ {3}Your payment did not go through; pay by 2099-12-08 with “billing portal”\./)
})

test.each([
  ['free', /^ Free {2}○ nothing to pay *$/m],
  ['ops', /^ Operators {2}○ nothing to pay *$/m],
])('who pays nothing, as on %s, is told so', async (plan, header) => {
  const status = { phase: 'free', message: null }
  answers['billing.show'] = () => ({ ...bill, plan, status, paysFor: [], bought: [], cost: 'nothing', renewsAt: null })
  const screen = await open()
  await screen.until(header)
  // Operators are offered nothing that they would have to pay for.
  const hint = / u upgrade {2}\+ add-on {2}o card /
  if (plan === 'ops') {
    expect(screen.lines.at(-1)).not.toMatch(hint)
    screen.type('u')
    await screen.until(/q quit/)
    expect(screen.text).not.toContain('› billing upgrade')
  } else expect(screen.lines.at(-1)).toMatch(hint)
})

test('what is bought is priced first, and charged once its amount is typed', async () => {
  const screen = await open()
  screen.type('u')
  await screen.until(/› billing upgrade /)
  screen.type(`${keys.right}${keys.right}${keys.enter}`)
  await screen.until(
    /today +\$12\.00\n +1 × Network Starter: \$14\.00\n +Credit: -\$2\.00\n +then +\$22\.00 with each bill, next on 2099-12-24\n +Nothing can be done with it yet\.[\s\S]+Type 12\.00 to confirm/,
  )
  expect(asked('billing.preview').at(-1)?.input).toMatchObject({ name: 'network-starter' })
  expect(asked('billing.upgrade')).toEqual([])
  screen.type(keys.escape)
  await screen.until(/› billing upgrade {2}/)
  screen.type(keys.enter)
  await screen.until(/Type 12\.00/)
  screen.type(`12.00${keys.enter}`)
  await screen.until(/ usage\n[\s\S]+✓ billing/)
  expect(asked('billing.upgrade')).toHaveLength(1)
})

test('what is lacking the operation itself refuses, below the form’s own field', async () => {
  answers['billing.upgrade'] = () => {
    throw new OperationError('invalid_input', 'plan: it wants one of pro, network-starter.', { field: 'plan' })
  }
  const screen = await open()
  screen.type(`u`)
  await screen.until(/› billing upgrade /)
  screen.type(keys.enter)
  await screen.until(/› plan .*\n +\[invalid_input\] plan: it wants one of pro, network-starter\./)
  expect(asked('billing.preview')).toEqual([])
})

test('what is paid on a page is told its price before, also to who pays for something else', async () => {
  answers['billing.preview'] = () => ({ ...price, onPage: true })
  const screen = await open()
  screen.type(`+`)
  await screen.until(/› billing addon add/)
  screen.type(`${keys.right}${keys.enter}`)
  await screen.until(/today +\$12\.00[\s\S]+Nothing is charged yet: you get a link[\s\S]+Enter goes on/)
  expect(asked('billing.preview').at(-1)?.input).toEqual({ name: 'bots', quantity: '1', more: 'true' })
  expect(asked('billing.addon.add')).toEqual([])
  screen.type(keys.enter)
  await expect.poll(() => asked('billing.addon.add')).toHaveLength(1)
})
