import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { commandLineOf } from '@irc-now/core/provisioning/local/process-identity'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'
import { startPostgresql } from '../postgresql.ts'
import { startProxy } from '../tcp-proxy.ts'

// Leases run out in their own time, and a takeover may wait for two of them.
vi.setConfig({ testTimeout: 600_000 })

// One story, in order: a platform in five processes over one PostgreSQL, and what happens when some of them go.
type Daemon = Awaited<ReturnType<typeof createDaemon>>
interface Part {
  readonly name: string
  readonly healthy: boolean
  readonly detail: string | null
}

let folder: string
let postgresql: Awaited<ReturnType<typeof startPostgresql>>
let proxy: Awaited<ReturnType<typeof startProxy>>
let database: pg.Client
let api: Daemon
let reconcile: Daemon
let nowserv: Daemon
/** Stands by, with a home of its own and its database at the far end of what can be cut. */
let otherNowserv: Daemon
let otherReconcile: Daemon
let owner: string
let irc: Awaited<ReturnType<typeof connectIrc>>

const json = async (...words: string[]) => JSON.parse((await api.cli(...words, '--json')).stdout)
const status = async () => (await json('platform', 'status')).items as Part[]
const nowServs = async () =>
  // In the order of their homes' names, which are random: the ill ones first here.
  (await status()).filter(({ name }) => name.startsWith('NowServ')).sort((a, b) => +a.healthy - +b.healthy)
const sick = async () => (await status()).filter(({ healthy }) => !healthy)
const connected = async (bouncer = 'main') =>
  (await json('upstream', 'list', '--bouncer', bouncer)).items[0]?.status.phase

const key = 'c7'.repeat(32)
let shared: NodeJS.ProcessEnv

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-roles-'))
  postgresql = await startPostgresql()
  const url = new URL(await postgresql.databaseUrl())
  proxy = await startProxy(Number(url.port))
  const farUrl = new URL(url)
  farUrl.port = String(proxy.port)
  database = new pg.Client({ connectionString: url.href })
  await database.connect()
  shared = { DATABASE_URL: url.href, IRC_NOW_SECRET_KEY: key }
  const home = join(folder, 'home')
  const other = join(folder, 'other')
  const role = (name: string) => ({ ...shared, IRC_NOW_ROLES: name })
  api = await createDaemon({ home, env: role('api') })
  reconcile = await createDaemon({ home, env: role('reconcile') })
  nowserv = await createDaemon({ home, env: role('nowserv') })
  otherNowserv = await createDaemon({ home: other, env: { ...role('nowserv'), DATABASE_URL: farUrl.href } })
  otherReconcile = await createDaemon({ home: other, env: role('reconcile') })
  // All at once: they must agree on who brings up the schema.
  await Promise.all([api.start(), reconcile.start(), nowserv.start()])
  await Promise.all([otherNowserv.start(), otherReconcile.start()])
})

afterAll(async () => {
  irc?.close()
  for (const daemon of [otherReconcile, otherNowserv, nowserv, reconcile, api]) await daemon?.remove()
  await database?.end()
  await proxy?.stop()
  await postgresql?.stop()
  await rm(folder, { recursive: true, force: true })
})

/**
 * The NowServ that was on the network has not been heard of for a while, and the other one is on it. Neither of the two
 * alone: the one may still look well, and the other not be there yet.
 */
async function tookOver(detail: unknown = expect.any(String)): Promise<void> {
  await expect
    .poll(nowServs)
    .toEqual([
      expect.objectContaining({ name: 'NowServ', healthy: false, detail }),
      expect.objectContaining({ name: 'NowServ', healthy: true }),
    ])
}

/** Sends a command that is answered by one line, and waits for the next such line. */
async function ask(): Promise<void> {
  const seen = answers()
  irc.send('PRIVMSG NowServ :set replies notice')
  // Two may come at once: net.irc.now holds back who says much, and what was said before may only now be answered.
  await expect.poll(answers).toBeGreaterThan(seen)
}
const answers = () => irc.lines.filter((line) => /NOTICE \S+ :I answer you by NOTICE/.test(line)).length

async function signIn(): Promise<void> {
  const { password } = await json('password', 'create', `irc-${Date.now()}`)
  irc?.close()
  irc = await connectIrc(reconcile.dead ? otherReconcile.ports.irc : reconcile.ports.irc, owner, {
    username: owner,
    password,
  })
  await irc.until(/ 001 /)
  // On a net.irc.now that has just started, we may be sooner than NowServ.
  await irc.untilThere('NowServ')
}

test('a bouncer comes from the command line to the one process, and is made by the other', async () => {
  owner = (await json('account', 'show')).name
  expect(await api.cli('bouncer', 'create', '--wait')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/status +ready/),
  })
  await expect.poll(() => connected()).toBe('connected')
  const certificate = new X509Certificate(await readFile(join(reconcile.home, 'certificates/soju.crt')))
  await expect
    .poll(async () => json('bouncer', 'connect'))
    .toMatchObject({
      port: reconcile.ports.bouncers,
      certificateFingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    })
})

test('NowServ announces what another process does, and its links lead to the API’s process', async () => {
  await signIn()
  await ask()
  irc.send('PRIVMSG NowServ :bouncer create second')
  await irc.until(/NOTICE \S+ :BOUNCER second: ready\./)
  irc.send('PRIVMSG NowServ :PASSWORD CREATE phone')
  const link = /http:\S+\/once\/\w+/.exec(await irc.until(/secret_on_irc/))![0]
  expect(link).toContain(`:${api.ports.http}/`)
  const page = await (await fetch(link, { method: 'POST', body: new URLSearchParams() })).text()
  expect(page).toMatch(/ircn_app_[0-9a-z]{32}/)
})

test('the status shows every process’s parts', async () => {
  await expect
    .poll(async () => (await status()).map(({ name, healthy }) => `${name} ${healthy}`).sort())
    .toEqual([
      'NowServ (standby) true',
      'NowServ true',
      'api true',
      'ergo true',
      'postgresql true',
      'services (standby) true',
      'soju true',
    ])
  for (const daemon of [reconcile, nowserv, otherNowserv]) {
    const at = (path: string) => fetch(`http://127.0.0.1:${daemon.ports.http}${path}`)
    expect((await at('/readyz')).status).toBe(200)
    expect(await (await at('/metrics')).text()).toContain('irc_now_')
    expect((await at('/v1/platform.version')).status).toBe(404)
  }
})

test('a second process with a role that is held is told by whom', async () => {
  const second = await createDaemon({ home: nowserv.home, env: nowserv.env })
  Object.assign(second.env, { IRC_NOW_HTTP_PORT: String(second.ports.http) })
  await expect(second.start()).rejects.toThrow(
    `The role nowserv of ${nowserv.home} is held by a running irc.now (process ${nowserv.pid})`,
  )
  // A frozen one has given up nothing.
  reconcile.signal('SIGSTOP')
  Object.assign(second.env, { IRC_NOW_ROLES: 'reconcile' })
  await expect(second.start()).rejects.toThrow(`held by a running irc.now (process ${reconcile.pid})`)
  reconcile.signal('SIGCONT')
  Object.assign(second.env, { IRC_NOW_ROLES: 'nowserv' })
  Object.assign(second.env, { IRC_NOW_HOME: join(folder, 'third'), IRC_NOW_SECRET_KEY: 'd8'.repeat(32) })
  await expect(second.start()).rejects.toThrow(/belongs to another key; set IRC_NOW_SECRET_KEY/)
  delete second.env.DATABASE_URL
  await expect(second.start()).rejects.toThrow(/IRC_NOW_ROLES: without DATABASE_URL/)
  await second.remove()
})

test('kill -9 of NowServ: the other takes over, and the dead one shows until it is back', async () => {
  const { pid } = nowserv
  await nowserv.kill()
  await tookOver(expect.stringMatching(new RegExp(`^Process ${pid} on .* has not been heard of since `)))
  await ask()
  await nowserv.start()
  await expect.poll(sick).toEqual([])
  expect((await status()).map(({ name }) => name)).toContain('NowServ (standby)')
})

test('a NowServ that loses its database leaves before the other comes', async () => {
  const before = answers()
  let sent = 0
  proxy.cut()
  const holder = async () =>
    (await database.query(`select holder from leases where name = 'nowserv'`)).rows[0]?.holder as string
  const first = await holder()
  while ((await holder()) === first) {
    irc.send('PRIVMSG NowServ :set replies notice')
    sent += 1
    await delay(250)
  }
  await tookOver()
  await ask()
  proxy.mend()
  // The former one finds its lease gone and stands by; whatever it had heard meanwhile, nobody was answered twice.
  await expect.poll(sick).toEqual([])
  await ask()
  expect(answers() - before).toBeLessThanOrEqual(sent + 2)
  // Told by its next heartbeat; one that was under way when it was cut off may have come first.
  await expect
    .poll(status)
    .toEqual(expect.arrayContaining([expect.objectContaining({ name: 'NowServ (standby)', healthy: true })]))
})

test('a NowServ that was frozen past its lease answers nothing when it wakes', async () => {
  nowserv.signal('SIGSTOP')
  await tookOver()
  await ask()
  const before = answers()
  for (let n = 0; n < 5; n += 1) irc.send('PRIVMSG NowServ :set replies notice')
  await expect.poll(answers).toBe(before + 5)
  nowserv.signal('SIGCONT')
  await expect.poll(sick).toEqual([])
  await ask()
  expect(answers()).toBe(before + 6)
})

test('all connections to the database lost at once are only an interruption', async () => {
  await database.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await expect.poll(async () => (await api.cli('account', 'show')).code).toBe(0)
  expect(await api.cli('bouncer', 'update', 'second', '--nick', 'second2', '--wait')).toMatchObject({ code: 0 })
  await expect.poll(sick).toEqual([])
  expect([api, reconcile, nowserv, otherNowserv, otherReconcile].map(({ dead }) => dead)).not.toContain(true)
})

test('PostgreSQL away for 90 s costs nobody the bouncer, and is over when it is back', async () => {
  const pidOf = async (name: string) => Number(await readFile(join(reconcile.home, name, `${name}.pid`), 'utf8'))
  const services = [await pidOf('soju'), await pidOf('ergo')]
  const { password } = await json('password', 'create', 'away')
  const member = await connectIrc(reconcile.ports.bouncer, owner, { username: `${owner}/net.irc.now`, password })
  await member.until(/ 001 /)
  member.send('JOIN #cafe')
  await member.until(/ 366 .*#cafe/)
  const guest = await connectIrc(reconcile.ports.irc, 'carol')
  guest.send('JOIN #cafe')
  await guest.until(/ 366 .*#cafe/)
  let said = 0
  const chat = async () => {
    said += 1
    member.send(`PRIVMSG #cafe :from the bouncer ${said}`)
    await guest.until(new RegExp(`^:${owner}!.* PRIVMSG #cafe :from the bouncer ${said}$`))
    guest.send(`PRIVMSG #cafe :to the bouncer ${said}`)
    await member.until(new RegExp(`^:carol!.* PRIVMSG #cafe :to the bouncer ${said}$`))
  }
  await chat()
  await database.end()
  await postgresql.pause()
  try {
    for (const end = Date.now() + 90_000; Date.now() < end; await delay(1000)) await chat()
  } finally {
    await postgresql.resume()
    database = new pg.Client({ connectionString: shared.DATABASE_URL })
    await database.connect()
  }
  await expect.poll(async () => (await api.cli('account', 'show')).code).toBe(0)
  expect(await api.cli('bouncer', 'update', 'second', '--nick', 'second3', '--wait')).toMatchObject({ code: 0 })
  await expect.poll(sick).toEqual([])
  await chat()
  // For as long as somebody who stands by could still be waiting to take over.
  for (const end = Date.now() + 40_000; Date.now() < end; await delay(1000)) await chat()
  expect([await pidOf('soju'), await pidOf('ergo')]).toEqual(services)
  expect(member.lines.filter((line) => / (QUIT|PART) |disconnected/i.test(line) && line.includes(owner))).toEqual([])
  // Nor was there ever another soju: who stands by has not so much as a folder for one.
  expect(existsSync(join(otherReconcile.home, 'soju'))).toBe(false)
  for (const client of [member, guest]) client.close()
  await signIn()
  await ask()
})

test('kill -9 of the process that reconciles, amid a create: started again it has its lease at once and finishes', async () => {
  await api.cli('bouncer', 'create', 'third', '--no-wait')
  await reconcile.kill()
  await api.cli('bouncer', 'create', 'fourth', '--no-wait')
  await reconcile.start()
  expect(reconcile.said).not.toContain('stand')
  for (const name of ['third', 'fourth']) {
    await expect.poll(async () => (await json('bouncer', 'show', name)).status.phase).toBe('ready')
  }
  // Not the other: it stands by still.
  expect((await json('bouncer', 'connect')).port).toBe(reconcile.ports.bouncers)
  await expect.poll(() => connected()).toBe('connected')
  await signIn()
  await ask()
})

test('kill -9 of the API’s process: started again it serves as before', async () => {
  await api.kill()
  await ask()
  await api.start()
  expect((await json('bouncer', 'list')).items).toHaveLength(4)
  await expect.poll(sick).toEqual([])
})

test('a clean end hands the services over at once, with everybody’s bouncers', async () => {
  expect(await reconcile.stop()).toBe(0)
  await expect.poll(async () => (await json('bouncer', 'connect')).port).toBe(otherReconcile.ports.bouncers)
  const certificate = new X509Certificate(await readFile(join(otherReconcile.home, 'certificates/soju.crt')))
  expect((await json('bouncer', 'connect')).certificateFingerprint).toBe(
    certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  )
  for (const name of ['main', 'second', 'third', 'fourth']) await expect.poll(() => connected(name)).toBe('connected')
  // NowServ has followed to the new net.irc.now.
  await expect.poll(sick).toEqual([])
  await signIn()
  await ask()
})

test('frozen past its lease, the one with soju and ergo is replaced, and ends them when it wakes', async () => {
  await reconcile.start()
  const former = Number(await readFile(join(otherReconcile.home, 'soju/soju.pid'), 'utf8'))
  otherReconcile.signal('SIGSTOP')
  await expect
    .poll(async () => (await json('bouncer', 'connect')).port, { timeout: 180_000 })
    .toBe(reconcile.ports.bouncers)
  otherReconcile.signal('SIGCONT')
  await expect.poll(() => commandLineOf(former)).toBe(null)
  await expect.poll(sick).toEqual([])
  // Told by the heartbeat after it has given up the services.
  await expect.poll(status).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'services (standby)' })]))
  for (const name of ['main', 'second', 'third', 'fourth']) await expect.poll(() => connected(name)).toBe('connected')
  await signIn()
  await ask()
})

test('each ends cleanly, leaving no lease and no endpoints', async () => {
  for (const daemon of [nowserv, otherNowserv, otherReconcile, reconcile, api]) expect(await daemon.stop()).toBe(0)
  expect((await database.query('select name from leases')).rows).toEqual([])
  expect((await database.query('select name from health')).rows).toEqual([])
  expect(existsSync(join(api.home, 'endpoints.json'))).toBe(false)
})
