import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createErgo } from '../../test/ergo.ts'
import { connectIrc } from '../../test/irc-client.ts'
import type { NowServDeps, WaitingNotice } from './deps.ts'
import { type NowServ, startNowServ } from './nowserv.ts'

// What members are told without having asked, on a real ergo.
let ergo: Awaited<ReturnType<typeof createErgo>>
let nowServ: NowServ | undefined
const clients: { close(): void }[] = []
let waiting: WaitingNotice[] = []
let hear = () => {}

const deps = {
  operations: [],
  notices: {
    // So few at once that whoever is absent could stand in the way of the rest.
    waiting: async (except: readonly string[]) =>
      waiting.filter(({ account }) => !except.includes(account.toLowerCase())).slice(0, 3),
    said: async (ids: readonly string[]) => {
      waiting = waiting.filter(({ id }) => !ids.includes(id))
    },
    follow: (listener: () => void) => {
      hear = listener
      return () => {}
    },
  },
  now: () => Date.now(),
  random: randomBytes,
  log: { info: () => {}, warn: () => {} },
} as unknown as NowServDeps

let ids = 0
function tell(account: string, message: string): void {
  waiting = [...waiting, { id: String(++ids), account, message }]
  hear()
}

async function start(more: { noticesEveryMs?: number } = {}): Promise<void> {
  nowServ = startNowServ(
    { host: '127.0.0.1', port: ergo.port, tls: false, nick: 'NowServ', account: 'NowServ', password: 'right', ...more },
    deps,
  )
  await vi.waitFor(() => expect(nowServ?.connected).toBe(true), { timeout: 60_000 })
}

async function person(nick: string, account: string | null) {
  const client = await connectIrc(
    ergo.port,
    nick,
    account === null ? undefined : { username: account, password: 'right' },
  )
  clients.push(client)
  await client.until(/ 001 /)
  return client
}

const seen = ({ lines }: { lines: readonly string[] }, nick: string) =>
  lines.flatMap((line) =>
    line.split(` NOTICE ${nick} :`)[0]!.startsWith(':NowServ!') ? [line.split(` NOTICE ${nick} :`)[1]] : [],
  )

beforeAll(async () => {
  ergo = await createErgo()
  await ergo.start()
  await start()
})
afterAll(async () => {
  await nowServ?.stop()
  for (const client of clients) client.close()
  await ergo?.remove()
})

test('who is there is told at once, in order and each once', async () => {
  const alice = await person('alice', 'alice')
  tell('Alice', 'The first.')
  tell('Alice', 'The second.')
  await vi.waitFor(() => expect(waiting).toEqual([]), { timeout: 60_000 })
  hear()
  tell('alice', 'The third.')
  await vi.waitFor(() => expect(waiting).toEqual([]), { timeout: 60_000 })
  await alice.until(/:The third\./)
  expect(seen(alice, 'alice')).toEqual(['The first.', 'The second.', 'The third.'])
})

test('who only has the name is told nothing; who comes later as themselves is told then, also by another NowServ', async () => {
  const stranger = await person('bob', null)
  tell('bob', 'For bob.')
  tell('carol', 'For carol.')
  const alice = await person('alice2', 'alice2')
  tell('alice2', 'A moment later.')
  await alice.until(/:A moment later\./)
  expect(seen(stranger, 'bob')).toEqual([])
  stranger.close()

  const carol = await person('carol', 'carol')
  await carol.until(/:For carol\./)
  await nowServ!.stop()
  await start()
  const bob = await person('bob', 'bob')
  await bob.until(/:For bob\./)
  await vi.waitFor(() => expect(waiting).toEqual([]), { timeout: 60_000 })
  expect([seen(carol, 'carol'), seen(bob, 'bob')]).toEqual([['For carol.'], ['For bob.']])
})

test('what waits for many who are absent keeps nobody else from being told', async () => {
  const grace = await person('grace', 'grace')
  const absent = Array.from({ length: 7 }, (_, i) => ({ id: `absent ${i}`, account: `absent${i}`, message: 'Later.' }))
  waiting = [...waiting, ...absent]
  tell('grace', 'For grace.')
  await grace.until(/:For grace\./)
  await vi.waitFor(() => expect(waiting).toEqual(absent), { timeout: 60_000 })
  waiting = []
})

test('what could not be said while the network was away is said when it is back', async () => {
  await ergo.kill()
  await vi.waitFor(() => expect(nowServ?.connected).toBe(false), { timeout: 60_000 })
  tell('dave', 'For dave.')
  await ergo.start()
  const dave = await person('dave', 'dave')
  await dave.until(/:For dave\./)
  await vi.waitFor(() => expect(waiting).toEqual([]), { timeout: 60_000 })
  expect(seen(dave, 'dave')).toEqual(['For dave.'])
})

test('who signs in without leaving or changing nick is told a while later', async () => {
  await nowServ!.stop()
  await ergo.remove()
  ergo = await createErgo({ reservesNicks: false })
  await ergo.start()
  await start({ noticesEveryMs: 200 })
  const erin = await person('erin', null)
  tell('erin', 'For erin.')
  // NowServ has looked for her twice by then: when the notice came, and as the server said that somebody has the nick.
  const frank = await person('frank', 'frank')
  for (const text of ['Once.', 'Twice.']) {
    tell('frank', text)
    await frank.until(new RegExp(`:${text}`))
  }
  expect(seen(erin, 'erin')).toEqual([])
  erin.send('PRIVMSG NickServ :IDENTIFY erin right')
  await erin.until(/:For erin\./)
  await vi.waitFor(() => expect(waiting).toEqual([]), { timeout: 60_000 })
  expect(seen(erin, 'erin')).toEqual(['For erin.'])
})
