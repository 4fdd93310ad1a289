import { samples } from '../../sample-files.ts'
import { onlyOps, type Row } from './row.ts'

const paste = ['paste.create', { text: 'one\ntwo <b> “ü” 🙂', title: 'a.rs', expires: '1h' }] as const
const noPaste = 'x'.repeat(22)
const picture = ['pic.upload', { file: samples.png, name: 'a <b>.png' }] as const

/** What members publish. */
export const content: Readonly<Record<string, Row>> = {
  'paste.create': {
    before: [paste, paste, paste],
    cases: [
      { input: { text: 'one\n two <b>“ü”\n', title: 'notes; "a"', language: 'markdown', expires: '1h' } },
      { input: { text: '', title: 'x' }, code: 'invalid_input' },
      { input: {}, code: 'invalid_input' },
      { input: { text: 'x', title: 'x', language: 'no language' }, code: 'invalid_input' },
      { input: { text: 'x', title: 'x', language: 'pyhton' }, code: 'invalid_input' },
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
  'paste.languages': {
    cases: [
      { input: { like: 'Py' } },
      { input: { like: 'rust' }, who: 'nobody' },
      { input: { like: 'x'.repeat(33) }, code: 'invalid_input' },
    ],
  },
  'pic.upload': {
    cases: [
      { input: { file: samples.png, name: 'a; <b> “ü”.png' } },
      { input: { file: samples.png, name: 'again.png' } },
      { input: { file: samples.jpg, name: 'b.jpg', expires: '7d' } },
      { input: { file: samples.jpg, name: 'b.jpg', expires: 'never' }, code: 'quota_reached' },
      { input: { file: samples.svg, name: 'c.png' }, code: 'invalid_input' },
      { input: { name: 'd.png' }, code: 'invalid_input' },
      { input: { file: samples.png, name: 'e.png' }, who: 'nobody', code: 'not_signed_in' },
    ],
  },
  'pic.list': {
    before: [picture],
    cases: [{ input: {} }, { input: { all: 'yes' }, code: 'invalid_input' }],
  },
  'pic.show': {
    before: [picture],
    cases: [{ input: { id: '{id}' } }, { input: { id: noPaste }, code: 'not_found' }],
  },
  'pic.delete': {
    before: [picture],
    cases: [
      { input: { id: noPaste }, code: 'not_found' },
      { input: { id: '{id}' }, code: 'confirmation_required' },
      { input: { id: '{id}' }, confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { id: '{id}' }, confirm: '{id}' },
    ],
  },
  'pic.takedown': {
    before: [picture],
    cases: [
      { input: { id: '{id}', reason: 'spam' }, code: 'not_allowed' },
      { input: { id: noPaste, reason: 'spam' }, who: 'operator', code: 'not_found' },
      { input: { id: '{id}', reason: 'spam' }, who: 'operator', code: 'confirmation_required' },
      { input: { id: '{id}', reason: 'spam' }, who: 'operator', confirm: 'wrong', code: 'confirmation_invalid' },
      { input: { id: '{id}', reason: 'not theirs' }, who: 'operator', confirm: '{id}' },
    ],
  },
  'content.usage': {
    before: [paste, picture],
    cases: [{ input: {} }, { input: {}, who: 'operator' }, { input: {}, who: 'nobody', code: 'not_signed_in' }],
  },
  'content.totals': {
    everybody: true,
    cases: [{ input: {}, who: 'operator' }, onlyOps],
  },
}
