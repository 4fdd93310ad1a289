import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@irc-now/core/provisioning/local/ports'
import { SojuAdmin } from '@irc-now/core/provisioning/local/soju-admin'
import { testPrograms } from '@irc-now/core/provisioning/local/test-programs'
import { createClient } from '../../cli/session/client.ts'
import { settle } from '../../cli/session/settle.ts'
import { createDaemon } from '../daemon.ts'
import type { Person } from '../front-ends/front-end.ts'
import { createPeople, operationOf, operations } from '../front-ends/people.ts'
import { connectIrc } from '../irc-client.ts'
import { interleaved, median, ms, print, quantile, ratio, timed } from './harness.ts'

const rounds = 20

/** A bouncer made and a client registered through it: by irc.now's API, and typed into soju's admin socket by hand. */
export async function benchCreate(): Promise<void> {
  const daemon = await createDaemon()
  const byHand = await startSoju()
  try {
    await daemon.start()
    const people = await createPeople(daemon)
    const waiting: Person[] = []
    for (let i = 0; i < rounds + 2; i += 1) waiting.push(await people.create(`member${i}`))
    let count = 0

    async function registered(port: number, username: string, password: string): Promise<void> {
      const client = await connectIrc(port, 'visitor', { username, password })
      await client.until(/ 001 /)
      client.close()
    }
    const times = await interleaved(
      {
        'by irc.now’s API': () => {
          const { token, name, password } = waiting.pop()!
          const client = createClient({
            target: { url: people.url },
            operations,
            frontEnd: 'cli',
            token: async () => token,
          })
          return timed(async () => {
            const output = await client.call('bouncer.create', {})
            // A client gets in before the bouncer is on any network, and by hand nobody waits for that either.
            const create = operationOf('bouncer.create')
            const applied = { ...create, settle: { ...create.settle!, until: 'applied' as const } }
            await settle(client, applied, {}, output, { timeoutMs: 30_000, progress: () => {} })
            await registered(daemon.ports.bouncer, name, password)
          })
        },
        'by hand': () => {
          count += 1
          const name = `hand${count}`
          return timed(async () => {
            await byHand.admin.run('user', 'create', '-username', name, '-password', 'by hand', '-nick', name)
            const address = `irc+insecure://127.0.0.1:${daemon.ports.irc}`
            await byHand.admin.run('user', 'run', name, 'network', 'create', '-addr', address, '-name', 'net')
            await registered(byHand.port, name, 'by hand')
          })
        },
      },
      rounds,
    )
    const base = median(times['by hand']!)
    print(
      `A bouncer with a client registered through it, ${rounds} each`,
      ['how', 'median', 'p99', 'against by hand'],
      Object.entries(times).map(([name, all]) => [
        name,
        ms(median(all)),
        ms(quantile(all, 0.99)),
        ratio(median(all) / base),
      ]),
    )
  } finally {
    await byHand.stop()
    await daemon.remove()
  }
}

/** A soju of its own with passwords of its own, as somebody has it who types. */
async function startSoju() {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-soju-'))
  const port = await freePort()
  const socket = join(folder, 'admin')
  const config = [
    'hostname localhost',
    `db sqlite3 ${join(folder, 'soju.db')}`,
    'message-store db',
    `listen unix+admin://${socket}`,
    `listen irc+insecure://127.0.0.1:${port}`,
  ]
  await writeFile(join(folder, 'soju.conf'), `${config.join('\n')}\n`)
  const { soju } = await testPrograms()
  const child = spawn(soju.path, ['-config', join(folder, 'soju.conf')], { stdio: 'ignore' })
  const admin = new SojuAdmin(socket)
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    if (await admin.run('server', 'status').then(Boolean, () => false)) break
  }
  return {
    port,
    admin,
    async stop(): Promise<void> {
      admin.close()
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
