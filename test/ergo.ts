import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { testPrograms } from '@irc-now/core/provisioning/local/test-programs'
import { testPort } from './ports.ts'

/**
 * A real ergo on loopback without fakelag; every account signs in with the password `right`. Where it doesn’t reserve
 * nicks, somebody who has one keeps it as they sign in.
 */
export async function createErgo({ reservesNicks = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-ergo-'))
  const port = await testPort()
  const { ergo } = await testPrograms()
  let child: ChildProcess | undefined
  const script = `let t='';process.stdin.on('data',c=>{t+=c;if(!t.includes('\\n'))return;const q=JSON.parse(t);console.log(JSON.stringify({success:q.passphrase==='right',accountName:q.accountName}));process.exit()})`
  await writeFile(join(folder, 'auth.cjs'), script)
  await writeFile(join(folder, 'ircd.yaml'), JSON.stringify(config(folder, port, reservesNicks)))

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return {
    port,
    async start(): Promise<void> {
      child = spawn(ergo.path, ['run', '--conf', join(folder, 'ircd.yaml')], { cwd: folder, stdio: 'ignore' })
      await once(child, 'spawn')
      for (const end = Date.now() + 60_000; ; ) {
        const probe = connect(port, '127.0.0.1')
        const there = await once(probe, 'connect').then(
          () => true,
          () => false,
        )
        probe.destroy()
        if (there) return
        if (Date.now() > end) throw new Error('ergo did not start')
        await delay(50)
      }
    },
    kill,
    async remove(): Promise<void> {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const config = (folder: string, port: number, reservesNicks: boolean) => ({
  network: { name: 'test' },
  server: {
    name: 'irc.test',
    listeners: { [`127.0.0.1:${port}`]: {} },
    casemapping: 'ascii',
    'enforce-utf8': true,
    'max-sendq': '256k',
    'ip-limits': { count: false, throttle: false },
    compatibility: { 'force-trailing': true, 'send-unprefixed-sasl': true },
  },
  accounts: {
    'authentication-enabled': true,
    registration: { enabled: false },
    'advertise-scram': false,
    multiclient: { enabled: true, 'allowed-by-default': true, 'always-on': 'disabled' },
    'nick-reservation': { enabled: reservesNicks, method: 'strict' },
    'auth-script': {
      enabled: true,
      command: process.execPath,
      args: [join(folder, 'auth.cjs')],
      autocreate: true,
      timeout: '9s',
      'kill-timeout': '1s',
      'max-concurrency': 4,
    },
  },
  channels: { 'default-modes': '+nt', registration: { enabled: false } },
  datastore: { path: join(folder, 'ircd.db'), autoupgrade: true },
  'lock-file': join(folder, 'ircd.lock'),
  languages: { enabled: false },
  logging: [{ method: 'stderr', type: '*', level: 'error' }],
  limits: {
    nicklen: 32,
    identlen: 20,
    channellen: 64,
    awaylen: 390,
    kicklen: 390,
    topiclen: 390,
    'monitor-entries': 100,
    'registration-messages': 1024,
    multiline: { 'max-bytes': 4096, 'max-lines': 100 },
  },
  fakelag: { enabled: false },
})
