import { createLocalProvisioner } from '../provisioner.local.ts'
import type { DesiredBouncer, ObservedBouncer } from '../provisioner.port.ts'
import type { LocalListen } from './services.ts'
import { startTestServices } from './test-services.ts'

/** What the test asks of it, by messages; `dieAt` ends it with SIGKILL at the write of a move whose turn that is. */
export type Question =
  | { readonly apply: DesiredBouncer; readonly dieAt?: number; readonly failAt?: number }
  | { readonly account: string }
export type Reply =
  | { readonly observed: ObservedBouncer; readonly steps: readonly string[] }
  | { readonly error: string }
  | { readonly done: true }

// A little daemon that moves bouncers, for a test that kills it.
const [, , stateDir = '', listen = '', account = ''] = process.argv
const { platform, services } = await startTestServices({
  stateDir,
  listen: JSON.parse(listen) as LocalListen,
  log: (service, line) => process.stderr.write(`${service} ${line}\n`),
})
platform.passwords.set(`soju/${account}`, 'app password').set(`ergo/${account}`, 'of the bouncer')
const provisioner = await createLocalProvisioner(services)

process.on('message', async (question: Question) => {
  const reply = (answer: Reply) => void process.send?.(answer)
  try {
    if ('account' in question) {
      await provisioner.applyNetworkAccount({ id: 'a', name: question.account, suspended: false, signOuts: 0 })
      return reply({ done: true })
    }
    let count = 0
    const holder = globalThis as { [key: symbol]: unknown }
    holder[Symbol.for('irc-now.fault')] = (name: string) => {
      if (name !== 'move') return
      count += 1
      if (count === question.dieAt) process.kill(process.pid, 'SIGKILL')
      if (count === question.failAt) throw new Error('no room on the disk')
    }
    const steps: string[] = []
    reply({ observed: await provisioner.applyBouncer(question.apply, (step) => steps.push(step)), steps })
  } catch (error) {
    reply({ error: String(error) })
  }
})
process.send?.({ done: true })
