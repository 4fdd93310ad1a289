import { bouncer, onlyOps, type Row } from './row.ts'

/** Who may what: accounts, their passwords and tokens, the audit, and the platform itself. */
export const accounts: Readonly<Record<string, Row>> = {
  'account.list': {
    everybody: true,
    cases: [
      { input: {}, who: 'operator' },
      { input: { nope: 'x' }, who: 'operator', code: 'invalid_input' },
      onlyOps,
      { input: {}, who: 'nobody', code: 'not_signed_in' },
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
      { input: { contentExpiry: 'never' }, code: 'quota_reached' },
      { input: { contentExpiry: 'plan' } },
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
  'audit.list': {
    before: [['account.update', { displayName: 'a; b\\c = “d” 🙂' }], bouncer],
    cases: [{ input: {} }, { input: { limit: 1 } }, { input: { limit: 0 }, code: 'invalid_input' }],
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
      { input: { name: 'x', scopes: ['bouncr:read'] }, code: 'invalid_input' },
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
