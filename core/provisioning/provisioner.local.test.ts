import { startTestServices } from './local/test-services.ts'
import { provisionerContract } from './provisioner.contract.ts'
import { createLocalProvisioner } from './provisioner.local.ts'

provisionerContract('local', async () => {
  const lines: string[] = []
  const { platform, services, remove } = await startTestServices({
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
    said: () => lines.slice(-200).join('\n'),
    async close() {
      await remove()
    },
  }
})
