import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'

// One story, in order: what a newcomer does with the built programs, and what then happens to them.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let owner: string
let password: string
const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)

beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
})
afterAll(() => daemon?.remove())

test('the owner needs no sign-in, and has a bouncer seconds after the start', async () => {
  owner = (await json('account', 'show')).name
  const created = await daemon.cli('bouncer', 'create', '--wait')
  expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/status +ready/) })
  expect(await json('bouncer', 'create', '--wait')).toMatchObject({ name: 'main', status: { phase: 'ready' } })
  expect((await json('upstream', 'list')).items[0].status.phase).toBe('connected')
})

test('an address that leads nowhere says where else to look, and programs are answered as by the API', async () => {
  const at = (path: string) => fetch(`http://127.0.0.1:${daemon.ports.http}${path}`)
  for (const path of ['/nosuch', '/%', '/fonts/nosuch']) {
    const page = await at(path)
    expect([path, page.status, await page.text()]).toEqual([path, 404, expect.stringContaining('what is here')])
  }
  expect((await at('/v1/platform.version/')).headers.get('content-type')).toBe('application/problem+json')
})

test('an ordinary client chats through the bouncer on net.irc.now', async () => {
  password = (await json('password', 'create', 'test')).password
  const client = await connectIrc(daemon.ports.bouncer, owner, { username: `${owner}/net.irc.now`, password })
  const other = await connectIrc(daemon.ports.irc, 'visitor')
  await Promise.all([client.until(/ 001 /), other.until(/ 001 /)])
  client.send('JOIN #chat')
  await client.until(/ 366 /)
  other.send('JOIN #chat')
  await other.until(/ 366 /)
  client.send('PRIVMSG #chat :through the bouncer')
  other.send('PRIVMSG #chat :and back')
  await other.until(/PRIVMSG #chat :through the bouncer/)
  await client.until(/PRIVMSG #chat :and back/)
  client.close()
  other.close()
})

test('credentials that a client breaks by BouncerServ are mended', async () => {
  const client = await connectIrc(daemon.ports.bouncer, owner, { username: owner, password })
  await client.until(/ 001 /)
  client.send('PRIVMSG BouncerServ :sasl set-plain -network net.irc.now nobody nothing')
  await client.until(/credentials saved/)
  client.close()
  const own = async () => (await json('upstream', 'list')).items[0].status
  await daemon.cli('bouncer', 'restart', 'main', '--wait')
  await expect.poll(own).toMatchObject({ phase: 'connected', message: null })
  const visitor = await connectIrc(daemon.ports.irc, 'whoasks')
  await visitor.until(/ 001 /)
  await expect
    .poll(
      () => {
        visitor.send(`WHOIS ${owner}`)
        return visitor.lines.join('\n')
      },
      { interval: 500 },
    )
    .toMatch(new RegExp(` 330 whoasks ${owner} ${owner} `))
  visitor.close()
})

test('NowServ does the same for who is signed in, and leads who is not', async () => {
  const client = await connectIrc(daemon.ports.irc, 'nowhere', { username: owner, password })
  await client.until(/ 001 /)
  client.send('PRIVMSG NowServ :b cr')
  await client.until(/^:NowServ!\S+ NOTICE \S+ :name: main/)
  client.send('PRIVMSG NowServ :PASSWORD CREATE phone')
  const link = /http:\S+\/once\/\w+/.exec(await client.until(/secret_on_irc/))![0]
  expect((await fetch(link)).status).toBe(200)
  const page = await (await fetch(link, { method: 'POST', body: new URLSearchParams() })).text()
  expect(page).toMatch(/ircn_app_[0-9a-z]{32}/)
  expect((await fetch(link, { method: 'POST', body: new URLSearchParams() })).status).toBe(404)
  client.send('PRIVMSG NowServ :bouncer delete main confirm=00000000')
  await client.until(/\[confirmation_/)
  client.close()
  const stranger = await connectIrc(daemon.ports.irc, 'stranger')
  await stranger.until(/ 001 /)
  stranger.send('PRIVMSG NowServ :BOUNCER LIST')
  await stranger.until(/NOTICE stranger :\[not_signed_in\]/)
  stranger.send('NICK NowServ')
  await stranger.until(/ 433 | FAIL /)
  stranger.close()
})

test('errors are one sentence, a code and an exit code, in JSON too', async () => {
  expect(await daemon.cli('bouncer', 'craete')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean “create”?'),
  })
  expect(await daemon.cli('bouncer', 'show', 'none')).toMatchObject({ code: 6, stdout: '' })
  expect(await json('bouncer', 'show', 'none')).toMatchObject({ error: { code: 'not_found' } })
  expect(await daemon.cli('bouncer', 'delete', 'main')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--confirm main'),
  })
  expect(await daemon.cli('upstream', 'update', 'x', '--sasl-password=hunter2')).toMatchObject({
    code: 2,
    stderr: expect.not.stringContaining('hunter2'),
  })
  const health = (await json('platform', 'status')).items as { name: string; healthy: boolean }[]
  expect(health.filter(({ healthy }) => !healthy)).toEqual([])
  expect(health.map(({ name }) => name)).toEqual(['pglite', 'api', 'soju', 'ergo', 'NowServ'])
})

test('a second daemon on the same state says who holds it', async () => {
  const second = await createDaemon()
  Object.assign(second.env, { IRC_NOW_HOME: daemon.home })
  const pid = (await readFile(join(daemon.home, 'api.pid'), 'utf8')).trim()
  // It must not touch the first one's endpoints, so it is started by hand.
  const { execFile } = await import('node:child_process')
  const said = await new Promise<string>((resolve) =>
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../ircserv/bin/ircserv.js')],
      { env: second.env },
      (_error, _stdout, stderr) => resolve(stderr),
    ),
  )
  expect(said).toContain(`process ${pid}`)
  await second.remove()
})

test('a taken port is named in a line for people, and nothing else is said about it', async () => {
  const second = await createDaemon({ env: { IRC_NOW_IRC_PORT: String(daemon.ports.irc) } })
  await expect(second.start()).rejects.toThrow('could not start')
  const lines = second.said.trim().split('\n')
  expect(lines.filter((line) => !line.startsWith('· '))).toEqual([
    `irc.now could not start: Port ${daemon.ports.irc} on 127.0.0.1 is taken; free it or set IRC_NOW_IRC_PORT to another one.`,
  ])
  await second.remove()
})

const childPids = () =>
  Promise.all(
    ['soju', 'ergo'].map(async (name) => Number(await readFile(join(daemon.home, name, `${name}.pid`), 'utf8'))),
  )

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('kill -9 leaves no child, and a new start brings everything back', async () => {
  const pids = await childPids()
  expect(pids.map(runs)).toEqual([true, true])
  await daemon.cli('upstream', 'update', 'net.irc.now', '--channels', '#chat', '--no-wait')
  await daemon.kill()
  // A child that has ended but that nobody has reaped still has its number, so its state is asked for.
  const dead = async (pid: number) =>
    !runs(pid) || /^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: Z'))
  await expect.poll(() => Promise.all(pids.map(dead))).toEqual([true, true])
  await daemon.start()
  await expect.poll(async () => (await json('upstream', 'list')).items[0].status.phase).toBe('connected')
  const client = await connectIrc(daemon.ports.bouncer, owner, { username: owner, password })
  await client.until(/ 001 /)
  client.close()
})

test('deleting leaves nothing, and stopping is clean', async () => {
  expect(await daemon.cli('bouncer', 'delete', 'main', '--confirm', 'main', '--wait')).toMatchObject({ code: 0 })
  expect((await json('bouncer', 'list')).items).toEqual([])
  const client = await connectIrc(daemon.ports.bouncer, owner, { username: owner, password })
  await client.until(/ (904|464) /)
  client.close()
  expect(await daemon.stop()).toBe(0)
  expect(daemon.said).not.toContain(password)
})
