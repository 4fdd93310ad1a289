import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAccount } from '@irc-now/core/accounts/open'
import { catalogue } from '@irc-now/core/catalogue'
import { openDiskFiles } from '@irc-now/core/content/files.disk'
import { createEncoder } from '@irc-now/core/content/pictures/encoder'
import { createPictureIntake } from '@irc-now/core/content/pictures/intake'
import type { Caller } from '@irc-now/core/operation/context'
import { run } from '@irc-now/core/operation/run'
import type { RunOptions } from '@irc-now/core/operation/runtime'
import { openSandboxBilling } from '@irc-now/core/platform/billing'
import { createKeyring, createRuntime } from '@irc-now/core/platform/runtime'
import type { Database } from '@irc-now/core/store/database'

/** Where the files of a test's platforms lie, until its process ends. */
const folder = mkdtempSync(join(tmpdir(), 'irc-now-platform-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const encoder = createEncoder(2)

/** A platform without services: operations over a real database, with an operator `ops` and members as asked for. */
export async function createTestPlatform(database: Database, httpUrl = 'http://127.0.0.1:8080') {
  const keyring = createKeyring(randomBytes(32))
  const own = join(folder, randomBytes(6).toString('hex'))
  const files = await openDiskFiles(join(own, 'files'))
  const address = (port: number) => ({ host: '127.0.0.1', port })
  const info = {
    version: '0.0.0',
    httpUrl,
    txtUrl: 'http://txt.localhost:8080',
    picsUrl: 'http://pics.localhost:8080',
    irc: address(6667),
    ircs: address(6697),
    bouncer: address(6668),
    bouncers: address(6698),
    certificateFingerprint: 'ab'.repeat(32),
    privateUpstreams: false,
    health: async () => [{ name: 'database', healthy: true, version: null, detail: null }],
  }
  const runtime = createRuntime(database, keyring, info, {
    pictures: (bare) =>
      createPictureIntake({ files, encoder, folder: join(own, 'uploads'), runtime: bare, silenceMs: 2500 }),
    billing: (bare) => openSandboxBilling(bare, keyring.key),
  })
  const open = (name: string, role: 'member' | 'ops' = 'member') =>
    runtime.transaction((store) =>
      openAccount({ store, now: runtime.now(), random: runtime.random }, { name, email: null, role, reserved: true }),
    )
  const ids = new Map<string, string>([['ops', (await open('ops', 'ops')).id]])
  /** Runs an operation as an account by its name; `null` is nobody. */
  async function call(
    who: string | null,
    name: string,
    input: object = {},
    options: RunOptions & Partial<Caller> = {},
  ) {
    const operation = catalogue.find((one) => one.name === name)
    if (!operation) throw new Error(`no operation ${name}`)
    const { dryRun, idempotencyKey, confirm, ...caller } = options
    return (await run(
      runtime,
      operation,
      input,
      { accountId: who === null ? null : ids.get(who)!, via: 'http', scopes: ['*'], ...caller },
      {
        ...(dryRun ? { dryRun } : {}),
        ...(idempotencyKey ? { idempotencyKey } : {}),
        ...(confirm ? { confirm } : {}),
      },
      // biome-ignore lint/suspicious/noExplicitAny: tests look into outputs of every shape
    )) as any
  }
  async function member(name: string): Promise<string> {
    const { id } = await open(name)
    ids.set(name, id)
    return id
  }
  /** Reads from the sandbox what an account pays for. */
  async function sync(id: string): Promise<void> {
    const row = await runtime.read((store) => store.billing.byAccount(id))
    await runtime.billing.sync(row!.customer_id!)
  }
  return {
    runtime,
    keyring,
    files,
    /** The folder of its files and uploads. */
    folder: own,
    call,
    member,
    sync,
    /** A member who pays for Pro, by a card of the sandbox's. */
    async subscriber(name: string, card = '4242424242424242'): Promise<string> {
      const id = await member(name)
      const { url } = await call(name, 'billing.upgrade', { plan: 'pro' })
      await runtime.billing.sandbox!.pay(url.split('/').at(-1), card, false)
      await sync(id)
      return id
    },
  }
}
