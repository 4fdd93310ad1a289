import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'
import { createSmallDisk } from '../small-disk.ts'

let daemon: Awaited<ReturnType<typeof createDaemon>>
afterEach(() => daemon?.remove())

const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
const names = async () => ((await json('bouncer', 'list')).items as { name: string }[]).map(({ name }) => name).sort()
const codeOf = async (...words: string[]) => (await json(...words)).error?.code

/** Answers with the names that were acknowledged. */
async function createMany(prefix: string, count: number): Promise<string[]> {
  const made: string[] = []
  for (let n = 0; n < count; n += 1) {
    const name = `${prefix}${n}`
    if ((await daemon.cli('bouncer', 'create', name, '--no-wait')).code === 0) made.push(name)
  }
  return made
}

test.each([
  ['nearly full disk', 'nearly'],
  ['full disk that nobody tells of, as with a quota', 'full'],
] as const)('a %s: writes are refused, and all is there when there is room again', async (_name, how) => {
  daemon = await createDaemon()
  const full = join(daemon.home, '..', 'full')
  const preload = pathToFileURL(join(import.meta.dirname, '../full-disk.mjs')).href
  await daemon.start({ NODE_OPTIONS: `--import ${preload}`, DISK_FULL: full })
  const { pid } = daemon
  const made = await createMany('before', 3)
  expect(made).toHaveLength(3)

  await writeFile(full, how)
  expect(await codeOf('bouncer', 'create', 'during', '--no-wait')).toBe('storage_full')
  expect(await daemon.cli('bouncer', 'create', 'during', '--no-wait')).toMatchObject({
    code: 10,
    stderr: expect.stringContaining('make room and try again'),
  })
  // Reading goes on, unless the database itself has had to stop: then that is said, and nothing hangs.
  if (how === 'nearly') expect(await names()).toEqual(made)
  else expect(await codeOf('bouncer', 'list')).toBe('storage_full')

  await rm(full)
  await expect.poll(names).toEqual(made)
  made.push(...(await createMany('after', 2)))
  expect(made).toHaveLength(5)
  for (const name of made) {
    await expect.poll(async () => (await json('bouncer', 'show', name)).status.phase).toBe('ready')
  }
  // The same process all the while; and what it has acknowledged is on the disk.
  expect([daemon.dead, daemon.pid]).toEqual([false, pid])
  await daemon.kill()
  await daemon.start()
  expect(await names()).toEqual([...made].sort())
})

const disk = await createSmallDisk(320)
afterAll(() => disk?.remove())

test.skipIf(disk === null)('a disk that is really full, under PGlite, soju and ergo', async () => {
  const { path, inside, read, fill, makeRoom } = disk!
  daemon = await createDaemon({ home: join(path, 'home'), inside })
  await daemon.start()
  const owner = (await json('account', 'show')).name
  const { password } = await json('password', 'create', 'test')
  await daemon.cli('bouncer', 'create', 'main', '--wait')
  const client = await connectIrc(daemon.ports.bouncer, owner, { username: `${owner}/net.irc.now`, password })
  await client.until(/NETWORK=net\.irc\.now/)
  client.send('JOIN #full')
  await client.until(/ 366 /)

  // One write is accepted just before, and has to be followed on the full disk.
  const soju = Number(await read('home/soju/soju.pid'))
  process.kill(soju, 'SIGSTOP')
  expect(await daemon.cli('bouncer', 'create', 'late', '--no-wait')).toMatchObject({ code: 0 })
  await fill()
  process.kill(soju, 'SIGCONT')
  expect(await codeOf('bouncer', 'create', 'during', '--no-wait')).toBe('storage_full')
  expect(await codeOf('account', 'create', 'newcomer')).toBe('storage_full')
  expect(await names()).toEqual(['late', 'main'])
  // Who is there can go on talking.
  const other = await connectIrc(daemon.ports.irc, 'visitor')
  await other.until(/ 001 /)
  other.send('JOIN #full')
  await other.until(/ 366 /)
  other.send('PRIVMSG #full :is there room?')
  await client.until(/PRIVMSG #full :is there room\?/)
  client.send('PRIVMSG #full :not a byte')
  await other.until(/PRIVMSG #full :not a byte/)
  client.close()
  other.close()

  // Ended in the middle of it, it says why it can't start, in a sentence, or it starts and refuses writes.
  await daemon.kill()
  const started = await daemon.start().then(
    () => 'up',
    (error: Error) => error.message,
  )
  if (started === 'up') expect(await codeOf('bouncer', 'create', 'during', '--no-wait')).toBe('storage_full')
  else expect(started).toMatch(/full; make room|make room and/)
  await daemon.kill()

  await makeRoom()
  await daemon.start()
  expect(await names()).toEqual(['late', 'main'])
  await daemon.cli('bouncer', 'create', 'after', '--no-wait')
  for (const name of ['main', 'late', 'after']) {
    const upstream = async () => (await json('upstream', 'list', '--bouncer', name)).items[0]?.status.phase
    await expect.poll(upstream).toBe('connected')
  }
  const again = await connectIrc(daemon.ports.irc, owner, { username: owner, password })
  await again.until(/ 001 /)
  again.close()
  // NowServ may be there a moment later than all else.
  const ill = async () =>
    ((await json('platform', 'status')).items as { healthy: boolean }[]).filter(({ healthy }) => !healthy)
  await expect.poll(ill).toEqual([])
})
