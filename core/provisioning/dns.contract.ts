import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FakeName } from './dns.fake.ts'
import { type Dns, DnsUnavailable } from './dns.port.ts'

/** Name servers that know what they are told to know, asked by an adapter. */
export interface DnsHarness {
  readonly dns: Dns
  readonly names: Map<string, FakeName>
  /** From now on nobody answers. */
  silence(): void
  close(): Promise<void>
}

/** The promises of the port, kept by each adapter. */
export function dnsContract(adapter: string, make: () => Promise<DnsHarness>): void {
  describe(`${adapter} DNS`, () => {
    let harness: DnsHarness
    beforeAll(async () => {
      harness = await make()
    })
    afterAll(() => harness.close())

    test('tells texts, whole', async () => {
      harness.names.set('a.example.org', { texts: ['one', 'x'.repeat(300), 'three é'] })
      expect([...(await harness.dns.texts('a.example.org'))].sort()).toEqual(['one', 'three é', 'x'.repeat(300)])
    })

    test('tells addresses, also by an alias', async () => {
      harness.names.set('host.example.org', { addresses: ['192.0.2.1', '2001:db8::1'] })
      harness.names.set('alias.example.org', { alias: 'host.example.org' })
      for (const name of ['host.example.org', 'alias.example.org'])
        expect([...(await harness.dns.addresses(name))].sort()).toEqual(['192.0.2.1', '2001:db8::1'])
    })

    test('a name that is not there, or has nothing of the kind, is no error', async () => {
      harness.names.set('text.example.org', { texts: ['only'] })
      for (const name of ['none.example.org', 'text.example.org']) expect(await harness.dns.addresses(name)).toEqual([])
      expect(await harness.dns.texts('none.example.org')).toEqual([])
    })

    test('silence is one', async () => {
      harness.silence()
      await expect(harness.dns.texts('a.example.org')).rejects.toThrow(DnsUnavailable)
      await expect(harness.dns.addresses('a.example.org')).rejects.toThrow(DnsUnavailable)
    })
  })
}
