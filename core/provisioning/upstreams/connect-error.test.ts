import { expect, test } from 'vitest'
import { explained } from './connect-error.ts'

test.each([
  ['failed to connect: dial tcp 127.0.0.1:1: connect: connection refused', /^Nothing answers at that address/],
  ['failed to connect: dial tcp 192.0.2.1:6697: i/o timeout', /^The server does not answer in time/],
  ['failed to connect: dial tcp: lookup nosuch.invalid on 192.0.2.53:53: no such host', /^There is no server of that/],
  ['failed to register: failed to read message: tls: first record does not look like a TLS handshake', /speaks no TLS/],
  [
    'failed to register: failed to read message: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    /^Nobody who is known vouches/,
  ],
  [
    'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time is after 2020',
    /has expired/,
  ],
  ['tls: failed to verify certificate: x509: certificate is valid for a.example, not b.example', /for another name/],
  ['failed to register: SASL authentication failed', /^The network refuses the sign-in/],
  ['failed to register: failed to read message: EOF', /may want TLS/],
])('%s', (raw, sentence) => {
  const message = explained(`connection error: ${raw}`)
  expect(message).toMatch(sentence)
  expect(message?.endsWith(`(${raw}).`)).toBe(true)
})

test('what is not known is as it is', () => {
  expect(explained('ERROR :K-Lined')).toBe('ERROR :K-Lined')
  expect(explained(null)).toBeNull()
})
