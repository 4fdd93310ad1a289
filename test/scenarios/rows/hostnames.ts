import { bouncer, type Row } from './row.ts'

const named = ['bouncer.hostname.set', { hostname: 'irc.example.invalid' }] as const

/** A bouncer's own host name. */
export const hostnames: Readonly<Record<string, Row>> = {
  'bouncer.hostname.set': {
    before: [bouncer],
    cases: [
      { input: { hostname: 'irc.example.invalid' }, dryRun: true },
      { input: { hostname: 'IRC.example.invalid', name: 'main' } },
      { input: { hostname: 'irc.example.invalid', name: 'none' }, code: 'not_found' },
      { input: { hostname: '192.0.2.1' }, code: 'invalid_input' },
      { input: { hostname: 'localhost' }, code: 'invalid_input' },
      { input: {}, code: 'invalid_input' },
      { input: { hostname: 'irc.example.invalid' }, who: 'nobody', code: 'not_signed_in' },
    ],
  },
  'bouncer.hostname.show': {
    before: [bouncer],
    cases: [{ input: {} }, { input: { name: 'main' } }, { input: { name: 'none' }, code: 'not_found' }],
  },
  'bouncer.hostname.verify': {
    before: [bouncer, named],
    cases: [{ input: {} }, { input: { name: 'none' }, code: 'not_found' }],
  },
  'bouncer.hostname.remove': {
    before: [bouncer, named],
    cases: [{ input: {} }, { input: {} }, { input: { name: 'none' }, code: 'not_found' }],
  },
}
