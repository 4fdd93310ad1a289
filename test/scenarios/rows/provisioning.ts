import { bouncer, type Row } from './row.ts'

// Never connected to: it is switched off from the start.
const libera = { name: 'libera', address: 'irc.example.invalid', enabled: false }

/** What is set up for members. */
export const provisioning: Readonly<Record<string, Row>> = {
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
      { input: { dedicated: true }, code: 'quota_reached' },
      { input: { dedicated: false } },
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
}
