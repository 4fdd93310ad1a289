import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalServices } from './local/services.ts'
import { freeListen, TestPlatform } from './local/test-platform.ts'
import { testPrograms } from './local/test-programs.ts'
import { provisionerContract } from './provisioner.contract.ts'
import { createLocalProvisioner } from './provisioner.local.ts'

provisionerContract('local', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'provisioner-'))
  const platform = await TestPlatform.start(stateDir)
  const lines: string[] = []
  const services = await startLocalServices({
    stateDir,
    programs: await testPrograms(),
    listen: await freeListen(),
    authUrl: platform.url,
    log: (service, line) => lines.push(`${service} ${line}`),
  })
  const { addresses } = services
  return {
    provisioner: await createLocalProvisioner(services),
    bouncer: addresses.bouncer,
    network: addresses.irc,
    upstream: { ...addresses.irc, tls: false, serverFingerprint: null },
    setPassword(service, name, password) {
      if (password === undefined) platform.passwords.delete(`${service}/${name}`)
      else platform.passwords.set(`${service}/${name}`, password)
    },
    kill(service) {
      const { pid } = services[service].service
      if (pid !== null) process.kill(pid, 'SIGKILL')
    },
    async close() {
      await services.stop()
      await platform.stop()
      if (process.env.SHOW_SERVICE_LOG) console.log(lines.join('\n'))
      await rm(stateDir, { recursive: true, force: true })
    },
  }
})
