import { bouncer, onlyOps, type Row } from './row.ts'

const libera = { name: 'libera', address: 'irc.example.invalid', enabled: false }

/** Plans, what is granted in their place, and bills. `pay` goes to a checkout’s page and pays there. */
export const billing: Readonly<Record<string, Row>> = {
  'plan.show': {
    before: [bouncer],
    cases: [
      { input: {} },
      { input: {}, who: 'operator', as: '{me}' },
      { input: { nope: 'x' }, code: 'invalid_input' },
      { input: {}, who: 'nobody', code: 'not_signed_in' },
    ],
  },
  'plan.list': {
    cases: [{ input: {} }, { input: {}, who: 'nobody' }, { input: { x: '1' }, code: 'invalid_input' }],
  },
  'plan.keep': {
    before: [bouncer, ['upstream.create', libera]],
    cases: [
      { input: { noun: 'upstream', names: ['libera'] }, dryRun: true },
      { input: { noun: 'upstream', names: ['libera'] } },
      { input: { noun: 'upstream', names: ['none'] }, code: 'not_found' },
      { input: { noun: 'paste', names: ['x'] }, code: 'invalid_input' },
    ],
  },
  'plan.override.set': {
    cases: [
      { input: { name: '{me}', what: 'upstreams', value: 9, reason: 'a “test”' }, who: 'operator', dryRun: true },
      { input: { name: '{me}', what: 'upstreams', value: 9, reason: 'a “test”' }, who: 'operator' },
      { input: { name: '{me}', what: 'pro', reason: 'a gift', until: '2099-12-31' }, who: 'operator' },
      { input: { name: '{me}', what: 'bot.live', reason: 'x' }, who: 'operator', code: 'invalid_input' },
      { input: { name: 'nosuch', what: 'pro', reason: 'x' }, who: 'operator', code: 'not_found' },
      { input: { name: '{me}', what: 'pro', reason: 'x' }, code: 'not_allowed' },
    ],
  },
  'plan.override.list': {
    cases: [
      { input: { name: '{me}' }, who: 'operator' },
      { input: { name: 'nosuch' }, who: 'operator', code: 'not_found' },
      { input: { name: '{me}' }, code: 'not_allowed' },
    ],
  },
  'plan.override.remove': {
    cases: [
      { input: { name: '{me}', what: 'pro' }, who: 'operator' },
      { input: { name: 'nosuch', what: 'pro' }, who: 'operator', code: 'not_found' },
      { input: { name: '{me}', what: 'pro' }, code: 'not_allowed' },
    ],
  },
  'billing.show': {
    before: [['pay', { plan: 'pro' }]],
    cases: [
      { input: {} },
      { input: {}, who: 'operator', as: '{me}' },
      { input: { x: '1' }, code: 'invalid_input' },
      { input: {}, who: 'nobody', code: 'not_signed_in' },
    ],
  },
  'billing.upgrade': {
    cases: [
      { input: { plan: 'pro' }, dryRun: true },
      { input: { plan: 'network-starter', yearly: true }, code: 'invalid_input' },
      { input: { plan: 'gold' }, code: 'invalid_input' },
      { input: { plan: 'pro' }, who: 'nobody', code: 'not_signed_in' },
      { input: { plan: 'pro' } },
      { input: { plan: 'pro' } },
    ],
  },
  'billing.preview': {
    cases: [
      { input: { name: 'pro', yearly: true } },
      { input: { name: 'bots', quantity: 3 } },
      { input: { name: 'bots', quantity: 1, more: true } },
      { input: { name: 'log-search', quantity: 2 }, code: 'quota_reached' },
      { input: { name: 'gold' }, code: 'invalid_input' },
    ],
  },
  'billing.addon.add': {
    before: [['pay', { plan: 'network-starter' }]],
    cases: [
      { input: { name: 'log-search', quantity: 2 }, code: 'quota_reached' },
      { input: { name: 'bots', quantity: 2 }, code: 'confirmation_required' },
      { input: { name: 'bots', quantity: 2 }, confirm: '1.00', code: 'confirmation_invalid' },
      { input: { name: 'bots', quantity: 2 }, confirm: '4.00' },
      { input: { name: 'hats' }, code: 'invalid_input' },
    ],
  },
  'billing.addon.remove': {
    before: [['pay', { name: 'bots', quantity: 3 }]],
    cases: [
      { input: { name: 'bots', quantity: 2 } },
      { input: { name: 'bots' }, code: 'conflict' },
      { input: { name: 'log-search' }, code: 'not_found' },
      { input: { name: 'hats' }, code: 'invalid_input' },
    ],
  },
  'billing.cancel': {
    before: [['pay', { plan: 'pro' }]],
    cases: [{ input: { x: '1' }, code: 'invalid_input' }, { input: {} }, { input: {} }],
  },
  'billing.resume': {
    before: [
      ['pay', { plan: 'pro' }],
      ['billing.cancel', {}],
    ],
    cases: [{ input: {} }, { input: {} }, { input: { x: '1' }, code: 'invalid_input' }],
  },
  'billing.portal': {
    before: [['billing.upgrade', { plan: 'pro' }]],
    cases: [{ input: {} }, { input: { x: '1' }, code: 'invalid_input' }],
  },
  'billing.invoices': {
    before: [['pay', { plan: 'pro' }]],
    cases: [{ input: {} }, { input: { x: '1' }, code: 'invalid_input' }],
  },
  'ops.plans.sync': {
    cases: [{ input: {}, who: 'operator', dryRun: true }, { input: {}, who: 'operator' }, onlyOps],
  },
  'ops.billing.sync': {
    cases: [
      { input: { name: '{me}' }, who: 'operator' },
      { input: { name: 'nosuch' }, who: 'operator', code: 'not_found' },
      { input: { name: '{me}' }, code: 'not_allowed' },
    ],
  },
  'ops.sandbox.advance': {
    cases: [
      { input: { by: '0h' }, who: 'operator' },
      { input: { by: 'soon' }, who: 'operator', code: 'invalid_input' },
      { input: { by: '1d' }, code: 'not_allowed' },
    ],
  },
}
