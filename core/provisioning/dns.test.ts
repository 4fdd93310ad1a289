import { startNameServer } from '../../test/name-server.ts'
import { dnsContract } from './dns.contract.ts'
import { createFakeDns, type FakeName } from './dns.fake.ts'
import { createSystemDns } from './dns.system.ts'

dnsContract('fake', async () => {
  const names = new Map<string, FakeName>()
  const state = { down: false }
  return {
    dns: createFakeDns(names, state),
    names,
    silence() {
      state.down = true
    },
    close: async () => {},
  }
})

dnsContract('system', async () => {
  const names = new Map<string, FakeName>()
  const { server, state, stop } = await startNameServer(names)
  return {
    dns: createSystemDns([server]),
    names,
    silence() {
      state.silent = true
    },
    close: stop,
  }
})
