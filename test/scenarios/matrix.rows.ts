import type { ErrorCode } from '@irc-now/core/operation/errors'
import type { Options } from '../front-ends/front-end.ts'

type Input = Readonly<Record<string, unknown>>

/**
 * In texts, `{me}` is the member of the front end, `{other}` somebody else's account, `{ops}` its operator, and `{id}`
 * what was made last of all that was done before.
 */
export interface Case extends Options {
  readonly input: Input
  /** What it is refused with; absent where it succeeds. */
  readonly code?: ErrorCode
  /** Who asks; a member of their own for each front end and operation, unless said otherwise. */
  readonly who?: 'member' | 'operator' | 'nobody'
}

export interface Row {
  /** Done before, over HTTP, by each front end's member. */
  readonly before?: readonly (readonly [operation: string, input: Input])[]
  readonly cases: readonly Case[]
  /** The result tells of all accounts, so those of the other front ends are in it too. */
  readonly everybody?: boolean
}

const bouncer = ['bouncer.create', {}] as const
// Never connected to: it is switched off from the start.
const libera = { name: 'libera', address: 'irc.example.invalid', enabled: false }
const paste = ['paste.create', { text: 'one\ntwo <b> “ü” 🙂', title: 'a.rs', expires: '1h' }] as const
const noPaste = 'x'.repeat(22)
const onlyOps: Case = { input: {}, code: 'not_allowed' }

/** Every operation of the catalogue, with inputs that succeed and inputs that fail. Lists of everybody's come first. */
export const rows: Readonly<Record<string, Row>> = {
  'account.list': {
    everybody: true,
    cases: [
      { input: {}, who: 'operator' },
      { input: { nope: 'x' }, who: 'operator', code: 'invalid_input' },
      onlyOps,
      { input: {}, who: 'nobody', code: 'not_signed_in' },
    ],
  },
  'audit.list': {
    before: [['account.update', { displayName: 'a; b\\c = “d” 🙂' }], bouncer],
    cases: [{ input: {} }, { input: { limit: 1 } }, { input: { limit: 0 }, code: 'invalid_input' }],
  },
  'bouncer.create': {
    cases: [
      { input: {}, dryRun: true },
      { input: { nick: '{me}2', realname: 'Zoë “Z” \\o/' } },
      { input: { nick: '{me}2' } },
      { input: { nick: 'other' }, code: 'name_taken' },
      { input: { name: 'second' }, code: 'quota_reached' },
      { input: { name: 'UPPER' }, code: 'invalid_input' },
      { input: { name: 'main', colour: 'red' }, code: 'invalid_input' },
      { input: {}, who: 'nobody', code: 'not_signed_in' },
    ],
  },
  'bouncer.list': {
    before: [bouncer],
    cases: [
      { input: {} },
      { input: {}, who: 'operator' },
      { input: {}, who: 'operator', as: '{me}' },
      { input: {}, as: '{other}', code: 'not_allowed' },
      { input: {}, who: 'operator', as: 'nosuch', code: 'not_found' },
    ],
  },
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
    ],
  },
  'billing.preview': {
    cases: [
      { input: { name: 'pro', yearly: true } },
      { input: { name: 'bots', quantity: 3 } },
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
  'bouncer.show': {
    before: [bouncer],
    cases: [{ input: {} }, { input: { name: 'main' } }, { input: { name: 'none' }, code: 'not_found' }],
  },
  'bouncer.update': {
    before: [bouncer],
    cases: [
      { input: { nick: '{me}3' }, dryRun: true },
      { input: { name: 'main', realname: '-x = "y" ; z' } },
      { input: { realname: '' } },
      { input: { enabled: false } },
      { input: { name: 'none', nick: 'x' }, code: 'not_found' },
      { input: { nick: '1x' }, code: 'invalid_input' },
      { input: { enabled: 'maybe' }, code: 'invalid_input' },
    ],
  },
  'bouncer.restart': {
    before: [bouncer],
    cases: [{ input: {} }, { input: { name: 'none' }, code: 'not_found' }],
  },
  'bouncer.delete': {
    before: [bouncer],
    cases: [
      { input: {}, code: 'invalid_input' },
      { input: { name: 'none' }, code: 'not_found' },
      { input: { name: 'none' }, confirm: 'wrong', code: 'not_found' },
      { input: { name: 'main' }, code: 'confirmation_required' },
      { input: { name: 'main' }, confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { name: 'main' }, dryRun: true },
      { input: { name: 'main' }, confirm: 'main' },
    ],
  },
  'bouncer.connect': {
    before: [bouncer],
    cases: [
      { input: {} },
      { input: { name: 'main', client: 'weechat' } },
      { input: { client: 'mirc' }, code: 'invalid_input' },
      { input: { name: 'none' }, code: 'not_found' },
    ],
  },
  'upstream.create': {
    before: [bouncer],
    cases: [
      { input: { ...libera, channels: ['#irc-now', '#soju'], nick: '{me}9', realname: 'R' }, dryRun: true },
      { input: { ...libera, channels: ['#irc-now', '#soju'], nick: '{me}9', realname: 'R' } },
      { input: libera },
      { input: { ...libera, address: 'irc.other.invalid' }, code: 'name_taken' },
      { input: { ...libera, name: 'twin', nick: '{me}9' }, code: 'conflict' },
      { input: { ...libera, name: 'two', saslUsername: 'me', saslPassword: 'correct horse ; \\' } },
      { input: { ...libera, name: 'three', nick: '{me}3', pass: 'open sesame', sasl: 'external' } },
      { input: { ...libera, name: 'x', nick: '{me}6', saslPassword: 'without a user' }, code: 'invalid_input' },
      { input: { name: 'x', address: '127.0.0.1' }, code: 'not_allowed' },
      { input: { name: 'x', address: 'not an address' }, code: 'invalid_input' },
      { input: { name: 'x', address: 'irc.example.invalid', bouncer: 'none' }, code: 'not_found' },
      { input: { name: 'x' }, code: 'invalid_input' },
      { input: { ...libera, name: 'four', nick: '{me}4' } },
      { input: { ...libera, name: 'five', nick: '{me}5' } },
      { input: { ...libera, name: 'six' }, code: 'quota_reached' },
      { input: { ...libera, name: 'six', pass: 'x' }, code: 'quota_reached' },
    ],
  },
  'upstream.list': {
    before: [bouncer, ['upstream.create', libera]],
    cases: [{ input: {} }, { input: { bouncer: 'main' } }, { input: { bouncer: 'none' }, code: 'not_found' }],
  },
  'upstream.show': {
    before: [bouncer, ['upstream.create', libera]],
    cases: [
      { input: { name: 'libera' } },
      { input: { name: 'net.irc.now', bouncer: 'main' } },
      { input: { name: 'none' }, code: 'not_found' },
    ],
  },
  'upstream.update': {
    before: [bouncer, ['upstream.create', libera]],
    cases: [
      { input: { name: 'libera', channels: ['#a', '&b'], nick: '{me}4', username: 'u' } },
      { input: { name: 'libera', channels: [], nick: null, username: null } },
      { input: { name: 'libera', saslUsername: 'me', saslPassword: 'correct horse' } },
      { input: { name: 'libera', saslPassword: null }, code: 'invalid_input' },
      { input: { name: 'libera', saslPassword: null, sasl: 'none' } },
      { input: { name: 'net.irc.now', channels: ['#chat'] } },
      { input: { name: 'net.irc.now', address: 'irc.example.invalid' }, code: 'conflict' },
      { input: { name: 'net.irc.now', pass: 'x' }, code: 'conflict' },
      { input: { name: 'libera', address: '10.0.0.1' }, code: 'not_allowed' },
      { input: { name: 'libera', sasl: 'magic' }, code: 'invalid_input' },
      { input: { name: 'none' }, code: 'not_found' },
      { input: { name: 'none', pass: 'x' }, code: 'not_found' },
    ],
  },
  'upstream.delete': {
    before: [bouncer, ['upstream.create', libera]],
    cases: [
      { input: { name: 'net.irc.now' }, confirm: 'net.irc.now', code: 'conflict' },
      { input: { name: 'none' }, code: 'not_found' },
      { input: { name: 'none' }, confirm: 'wrong', code: 'not_found' },
      { input: { name: 'libera' }, code: 'confirmation_required' },
      { input: { name: 'libera' }, confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { name: 'libera' }, confirm: 'libera' },
    ],
  },
  'paste.create': {
    before: [paste, paste, paste],
    cases: [
      { input: { text: 'one\n two <b>“ü”\n', title: 'notes; "a"', language: 'markdown', expires: '1h' } },
      { input: { text: '', title: 'x' }, code: 'invalid_input' },
      { input: {}, code: 'invalid_input' },
      { input: { text: 'x', title: 'x', language: 'no language' }, code: 'invalid_input' },
      { input: { text: 'x', title: 'x', expires: 'never' }, code: 'quota_reached' },
      { input: { text: 'x', expires: '1d', visibility: 'public' } },
      { input: { text: 'x', title: 'x' }, code: 'quota_reached' },
    ],
  },
  'paste.list': {
    before: [paste, ['paste.create', { text: 'x' }]],
    cases: [{ input: {} }, { input: { all: 'yes' }, code: 'invalid_input' }],
  },
  'paste.show': {
    before: [paste],
    cases: [
      { input: { id: '{id}' } },
      { input: { id: noPaste }, code: 'not_found' },
      { input: { id: '../{id}' }, code: 'invalid_input' },
    ],
  },
  'paste.update': {
    before: [paste],
    cases: [
      { input: { id: '{id}', title: 'b; “c”', language: 'rust', expires: '1d' }, dryRun: true },
      { input: { id: '{id}', title: 'b; “c”', language: 'rust', expires: '1d', visibility: 'public' } },
      { input: { id: '{id}', title: null } },
      { input: { id: '{id}', expires: '7d' }, code: 'quota_reached' },
      { input: { id: noPaste, title: 'x' }, code: 'not_found' },
    ],
  },
  'paste.delete': {
    before: [paste],
    cases: [
      { input: { id: noPaste }, code: 'not_found' },
      { input: { id: '{id}' }, code: 'confirmation_required' },
      { input: { id: '{id}' }, confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { id: '{id}' }, confirm: '{id}' },
    ],
  },
  'paste.takedown': {
    before: [paste],
    cases: [
      { input: { id: '{id}', reason: 'spam' }, code: 'not_allowed' },
      { input: { id: noPaste, reason: 'spam' }, who: 'operator', code: 'not_found' },
      { input: { id: '{id}', reason: 'spam' }, who: 'operator', code: 'confirmation_required' },
      { input: { id: '{id}', reason: 'spam' }, who: 'operator', confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { id: '{id}', reason: 'spam in it' }, who: 'operator', confirm: '{id}' },
    ],
  },
  'account.show': {
    cases: [
      { input: {} },
      { input: { name: '{other}' }, code: 'not_found' },
      { input: { name: '{me}' }, who: 'operator' },
      { input: { name: '!' }, code: 'invalid_input' },
    ],
  },
  'account.update': {
    cases: [
      { input: { displayName: 'Zoë; the “x=y” \\ مرحبا', email: 'zoe@example.org' } },
      { input: { displayName: null } },
      { input: { email: null }, dryRun: true },
      { input: { email: 'nowhere' }, code: 'invalid_input' },
      { input: { displayName: 'x'.repeat(65) }, code: 'invalid_input' },
      { input: { password: 'a long enough one' } },
      { input: { password: 'short' }, code: 'invalid_input' },
      { input: {} },
    ],
  },
  'account.export': {
    before: [bouncer],
    cases: [{ input: {} }, { input: { format: 'xml' }, code: 'invalid_input' }],
  },
  'account.create': {
    cases: [
      { input: { name: '{me}new', email: 'new@example.org' }, who: 'operator' },
      { input: { name: '{me}dry', role: 'ops' }, who: 'operator', dryRun: true },
      { input: { name: '{me}' }, who: 'operator', code: 'name_taken' },
      { input: { name: 'ChanServ' }, who: 'operator', code: 'name_taken' },
      { input: { name: '{me}x', role: 'king' }, who: 'operator', code: 'invalid_input' },
      { input: {}, who: 'operator', code: 'invalid_input' },
      { input: { name: '{me}new2' }, code: 'not_allowed' },
    ],
  },
  'account.invite': {
    cases: [
      { input: { name: '{other}' }, who: 'operator', dryRun: true },
      { input: { name: '{other}' }, who: 'operator' },
      { input: { name: 'nosuch' }, who: 'operator', code: 'not_found' },
      { input: { name: '{me}' }, code: 'not_allowed' },
    ],
  },
  'account.suspend': {
    cases: [
      { input: { name: '{other}', reason: 'spam in #chat' }, who: 'operator', dryRun: true },
      { input: { name: '{other}', reason: 'spam in #chat' }, who: 'operator' },
      { input: { name: 'nosuch' }, who: 'operator', code: 'not_found' },
      { input: { name: '{ops}' }, who: 'operator', code: 'conflict' },
      { input: { name: '{me}' }, code: 'not_allowed' },
    ],
  },
  'account.resume': {
    cases: [
      { input: { name: '{other}' }, who: 'operator' },
      { input: { name: 'nosuch' }, who: 'operator', code: 'not_found' },
      { input: { name: '{me}' }, code: 'not_allowed' },
    ],
  },
  'account.delete': {
    cases: [
      { input: {}, code: 'confirmation_required' },
      { input: {}, confirm: 'wrong', code: 'confirmation_invalid' },
      { input: {}, dryRun: true },
      { input: {}, confirm: '{me}' },
    ],
  },
  'password.create': {
    cases: [
      { input: { name: 'phone' }, dryRun: true },
      { input: { name: 'phone' } },
      { input: { name: 'tablet; "x"', scope: 'bouncer' } },
      { input: { name: 'phone' }, code: 'name_taken' },
      { input: { name: 'x', scope: 'everything' }, code: 'invalid_input' },
      { input: { name: 'for {me}' }, who: 'operator', as: '{me}' },
      { input: { name: 'x' }, as: '{other}', code: 'not_allowed' },
    ],
  },
  'password.list': {
    cases: [{ input: {} }, { input: { all: 'yes' }, code: 'invalid_input' }],
  },
  'password.revoke': {
    before: [['password.create', { name: 'old phone', scope: 'bouncer' }]],
    cases: [
      { input: { name: 'none' }, code: 'not_found' },
      { input: { name: 'none' }, confirm: 'wrong', code: 'not_found' },
      { input: { name: 'old phone' }, code: 'confirmation_required' },
      { input: { name: 'old phone' }, confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { name: 'old phone' }, confirm: 'old phone' },
    ],
  },
  'token.create': {
    cases: [
      { input: { name: 'ci', scopes: ['bouncer:read', 'upstream:*'], days: 7 } },
      { input: { name: 'ci' }, code: 'name_taken' },
      { input: { name: 'x', days: 0 }, code: 'invalid_input' },
      { input: { name: 'x', scopes: ['everything'] }, code: 'invalid_input' },
    ],
  },
  'token.list': {
    cases: [{ input: {} }, { input: { name: 'x' }, code: 'invalid_input' }],
  },
  'token.revoke': {
    before: [['token.create', { name: 'ci' }]],
    cases: [
      { input: { name: 'none' }, code: 'not_found' },
      { input: { name: 'none' }, confirm: 'wrong', code: 'not_found' },
      { input: { name: 'ci' }, code: 'confirmation_required' },
      { input: { name: 'ci' }, confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { name: 'ci' }, confirm: 'ci' },
    ],
  },
  'platform.status': {
    cases: [{ input: {}, who: 'operator' }, onlyOps],
  },
  'platform.version': {
    cases: [{ input: {} }, { input: {}, who: 'nobody' }, { input: { x: '1' }, code: 'invalid_input' }],
  },
}
