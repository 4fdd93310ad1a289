import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { defineOperation } from '@irc-now/core/operation/define'
import { describeOperation } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { MessageTags } from 'irc-framework'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createErgo } from '../../test/ergo.ts'
import { dataTag, withData } from './data.ts'
import type { NowServDeps, ReplyBy } from './deps.ts'
import { type NowServ, startNowServ } from './nowserv.ts'

const handle = async () => ({}) as never
const input = z.object({ name: z.string().default('main') })
const output = z.object({ name: z.string() })
const base = { access: 'member', errors: [], handle, output } as const
const operations = [
  defineOperation({
    ...base,
    name: 'bouncer.create',
    summary: 'Create a bouncer.',
    effect: 'write',
    input,
    positional: ['name'],
    settle: { show: 'bouncer.show', by: ['name'], until: 'working' },
  }),
  defineOperation({
    ...base,
    name: 'bouncer.show',
    summary: 'Show a bouncer.',
    effect: 'read',
    input,
    positional: ['name'],
  }),
  defineOperation({
    ...base,
    name: 'bouncer.list',
    summary: 'List your bouncers.',
    effect: 'read',
    input: z.object({}),
    output: z.object({ items: z.array(output) }),
    columns: ['name', 'realname'],
  }),
  defineOperation({
    ...base,
    name: 'bouncer.delete',
    summary: 'Delete a bouncer.',
    effect: 'destroy',
    confirm: 'name',
    input: z.object({ name: z.string() }),
    positional: ['name'],
  }),
  defineOperation({
    ...base,
    name: 'upstream.create',
    summary: 'Add a network.',
    effect: 'write',
    input: z.object({ name: z.string(), pass: z.string().optional().meta({ secret: true }) }),
    positional: ['name'],
  }),
  defineOperation({
    ...base,
    name: 'password.create',
    summary: 'Create an app password.',
    effect: 'write',
    input,
    output: z.object({ password: z.string().meta({ secret: true }) }),
  }),
  defineOperation({
    ...base,
    name: 'account.suspend',
    summary: 'Suspend an account.',
    effect: 'write',
    access: 'ops',
    input,
    positional: ['name'],
  }),
].map(describeOperation)

/** A world of bouncers in memory: what NowServ calls, by account, as core would answer. */
function world() {
  const calls: { account: string; operation: string; input: Record<string, unknown> }[] = []
  const links: Record<string, unknown>[] = []
  const logged: unknown[] = []
  const replies = new Map<string, ReplyBy>()
  const bouncers = new Map<string, { name: string; phase: string; realname: string }>()
  const deps: NowServDeps = {
    operations,
    async call(account, operation, given, options) {
      calls.push({ account: String(account), operation, input: given })
      const key = `${account} ${given.name ?? 'main'}`
      const row = () => {
        const found = bouncers.get(key)
        if (!found) throw new OperationError('not_found', 'You have no such bouncer.')
        return { name: found.name, status: { phase: found.phase } }
      }
      if (operation === 'account.suspend') throw new OperationError('not_allowed', 'Only operators can do this.')
      if (operation === 'bouncer.list')
        return { items: [...bouncers].filter(([id]) => id.startsWith(`${account} `)).map(([, item]) => item) }
      if (operation === 'bouncer.create') {
        if (!options.dryRun)
          bouncers.set(key, {
            name: String(given.name ?? 'main'),
            phase: 'pending',
            realname: 'x\r\nQUIT :injected\0\x1b[31m \u202eعربى',
          })
        return { name: given.name ?? 'main', status: { phase: 'pending' } }
      }
      if (operation === 'bouncer.delete') {
        const found = row()
        if (options.dryRun) return found
        if (options.confirm !== given.name)
          throw new OperationError('confirmation_required', 'Repeat it.', { details: { expected: given.name } })
        bouncers.delete(key)
        return found
      }
      return row()
    },
    roleOf: async () => 'member',
    async secretLink(_account, operation, given) {
      links.push({ operation, ...given })
      return 'http://127.0.0.1/once'
    },
    signInLink: async (kind) => `http://127.0.0.1/${kind}`,
    async *events(account) {
      for (const [key, one] of bouncers) if (key.startsWith(`${account} `)) one.phase = 'ready'
      yield null
    },
    lastChange: async () => '0',
    replies: {
      of: async (account) => replies.get(account),
      async keep(account, by) {
        replies.set(account, by)
      },
    },
    now: () => Date.now(),
    random: randomBytes,
    log: { info: (...line) => logged.push(line), warn: (...line) => logged.push(line) },
  }
  return { deps, calls, links, logged }
}

interface Problem {
  error: { code: string; details: { confirm?: string; link?: string } }
}

function dataOf(line: string): unknown {
  const [, tags] = /^@(\S+) /.exec(line) ?? []
  const text = MessageTags.decode(tags ?? '')[dataTag]
  return text === undefined ? undefined : JSON.parse(text)
}

class Person {
  readonly lines: string[] = []
  readonly socket: Socket
  constructor(socket: Socket) {
    this.socket = socket
    let rest = ''
    socket
      .setEncoding('utf8')
      .on('error', () => {})
      .on('data', (chunk) => {
        const parts = (rest + String(chunk)).split('\r\n')
        rest = parts.pop() ?? ''
        for (const line of parts) {
          if (line.startsWith('PING')) this.send(line.replace('PING', 'PONG'))
          this.lines.push(line)
        }
      })
  }
  send(line: string) {
    this.socket.write(`${line}\r\n`)
  }
  async sees(pattern: RegExp, from = 0): Promise<string> {
    return vi.waitFor(
      () => {
        const found = this.lines.slice(from).find((line) => pattern.test(line))
        if (!found) throw new Error(`nothing like ${pattern} in\n${this.lines.slice(from).join('\n')}`)
        return found
      },
      { timeout: 60_000, interval: 20 },
    )
  }
  async asks(text: string, pattern: RegExp, tags = ''): Promise<string> {
    const from = this.lines.length
    this.send(`${tags}PRIVMSG NowServ :${text}`)
    return this.sees(pattern, from)
  }
}

describe('NowServ on a real ergo', () => {
  let port: number
  let ergo: Awaited<ReturnType<typeof createErgo>>
  let nowServ: NowServ
  const people: Person[] = []
  const { deps, calls, links, logged } = world()

  async function person(nick: string, account: string | null): Promise<Person> {
    const one = new Person(connect(port, '127.0.0.1'))
    people.push(one)
    one.send('CAP REQ :message-tags account-tag echo-message sasl')
    one.send(`NICK ${nick}`)
    one.send(`USER ${nick} 0 * :${nick}`)
    if (account) {
      one.send('AUTHENTICATE PLAIN')
      await one.sees(/AUTHENTICATE \+/)
      one.send(`AUTHENTICATE ${Buffer.from(`\0${account}\0right`).toString('base64')}`)
      await one.sees(/ 903 /)
    }
    one.send('CAP END')
    await one.sees(/ 001 /)
    return one
  }

  function start() {
    nowServ = startNowServ(
      {
        host: '127.0.0.1',
        port,
        tls: false,
        nick: 'NowServ',
        account: 'NowServ',
        password: 'right',
        limits: { burst: 30, perSecond: 20, waiting: 20 },
      },
      deps,
    )
  }

  beforeAll(async () => {
    ergo = await createErgo()
    port = ergo.port
    await ergo.start()
    start()
    await vi.waitFor(() => expect(nowServ.connected).toBe(true), { timeout: 60_000 })
  })

  afterAll(async () => {
    await nowServ?.stop()
    for (const { socket } of people) socket.destroy()
    await ergo?.remove()
  })

  it('creates a bouncer by abbreviation, replies to the message asked, and announces completion', async () => {
    const alice = await person('alice', 'alice')
    const line = await alice.asks('b cr', /NOTICE alice :name: main/)
    // Which need not be here before the answer is.
    const echo = await alice.sees(/ PRIVMSG NowServ :b cr/)
    const msgid = /msgid=([^; ]+)/.exec(echo)?.[1]
    expect(msgid).toBeTruthy()
    expect(line).toContain(`+draft/reply=${msgid}`)
    await alice.sees(/NOTICE alice :BOUNCER main: ready\./)
    await alice.asks('help', /NOTICE alice :BOUNCER: CREATE, SHOW, LIST, DELETE/)
    expect(alice.lines.filter((one) => /SUSPEND/.test(one))).toEqual([])
    await alice.asks('account suspend bob', /\[not_allowed\]/)
    await alice.asks('bouncr', /did you mean BOUNCER/)
    await alice.asks('bouncer create "x', /\[invalid_input\] A " is open/)
  })

  it('lets no output end a line or colour it', async () => {
    const [alice] = people
    const line = await alice!.asks('bouncer', /realname: x/)
    expect(line).toContain('x QUIT :injected')
    expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(nowServ.connected).toBe(true)
  })

  it('destroys on a single-use code bound to account and command', async () => {
    const [alice] = people
    const bob = await person('bob', 'bob')
    await bob.asks('bouncer create', /name: main/)
    const asked = await alice!.asks('bouncer delete main', /\[confirmation_required\]/)
    const code = /--confirm (\w+)/.exec(asked)?.[1]
    await bob.asks(`bouncer delete main confirm=${code}`, /\[confirmation_invalid\]/)
    await alice!.asks(`bouncer delete main confirm=${code}`, /NOTICE alice :name: main/)
    await alice!.asks(`bouncer delete main confirm=${code}`, /\[not_found\]/)
    await alice!.asks('bouncer create', /name: main/)
    await alice!.asks(`bouncer delete main confirm=${code}`, /\[confirmation_invalid\]/)
    const again = /--confirm (\w+)/.exec(await alice!.asks('bouncer delete main', /\[confirmation_required\]/))?.[1]
    await alice!.asks(`bouncer delete main --confirm ${again}`, /NOTICE alice :name: main/)
    await bob.asks('bouncer show main', /name: main/)
    await alice!.asks('bouncer delete main', /\[not_found\]/)
  })

  it('takes and gives no secret on IRC', async () => {
    const [alice] = people
    await alice!.asks('upstream create libera pass=hunter2', /\[secret_on_irc\].*once/)
    await alice!.asks('password create', /\[secret_on_irc\].*once/)
    expect(JSON.stringify([calls, links, logged])).not.toContain('hunter2')
    expect(calls.filter(({ operation }) => /upstream|password/.test(operation))).toEqual([])
  })

  it('believes account-tag alone, and leads everybody else to a link', async () => {
    const eve = await person('eve', null)
    const before = calls.length
    await eve.asks('bouncer list', /\[not_signed_in\]/, '@account=alice;+account=alice ')
    await eve.asks('register', /127\.0\.0\.1\/register/)
    await eve.asks('login', /127\.0\.0\.1\/login/)
    expect(calls.length).toBe(before)
  })

  it('gives programs the result on the last line of an answer, dry runs, errors and completions too', async () => {
    const heidi = await person('heidi', 'heidi')
    const asked = async (text: string, pattern: RegExp) => dataOf(await heidi.asks(text, pattern))
    expect(await asked('b cr tried -dry-run', /:name: tried/)).toEqual({ name: 'tried', status: { phase: 'pending' } })
    expect(await asked('bouncer show tried', /\[not_found\]/)).toEqual({
      error: { code: 'not_found', message: 'You have no such bouncer.' },
    })
    const from = heidi.lines.length
    expect(await asked('b cr one', /:name: one/)).toEqual({ name: 'one', status: { phase: 'pending' } })
    expect(dataOf(await heidi.sees(/BOUNCER one: ready/, from))).toEqual({ name: 'one', status: { phase: 'ready' } })
    for (let i = 0; i < 3; i += 1) await heidi.asks(`b cr more${i}`, /:name: more/)
    const lists = heidi.lines.length
    await heidi.asks('bouncer', /name: more2/)
    const answered = heidi.lines.slice(lists).filter((line) => / NOTICE heidi :name: \w+ · realname/.test(line))
    expect(answered.map((line) => dataOf(line) !== undefined)).toEqual([false, false, false, true])
    expect((dataOf(answered.at(-1)!) as { items: { name: string }[] }).items.map(({ name }) => name)).toEqual([
      'one',
      'more0',
      'more1',
      'more2',
    ])
    const code = ((await asked('bouncer delete one', /confirmation_required/)) as Problem).error.details.confirm
    await heidi.asks(`bouncer delete one confirm=${code}`, /:name: one/)
    expect((await asked('upstream create x pass=hunter2', /secret_on_irc/)) as Problem).toMatchObject({
      error: { code: 'secret_on_irc', details: { link: 'http://127.0.0.1/once' } },
    })
    expect(heidi.lines.filter((line) => /\+irc\.now/.test(line) && /hunter2/.test(line))).toEqual([])
  })

  it('leaves the data out where a server would refuse the line', async () => {
    const heidi = people.at(-1)!
    const fits = withData({}, 'x'.repeat(4094 - dataTag.length - '=""'.length))
    expect(fits).toHaveProperty([dataTag])
    heidi.send(`@${MessageTags.encode(fits)} PRIVMSG heidi :it fits`)
    expect(await heidi.sees(/PRIVMSG heidi :?it fits/)).toContain('xxxxx')
    expect(withData({ '+draft/reply': 'id' }, 'x'.repeat(4094 - dataTag.length - 3))).toEqual({ '+draft/reply': 'id' })
    // Each of these takes two bytes in a tag.
    expect(withData({}, '; '.repeat(1030))).toEqual({})
    expect(JSON.stringify(withData({}, 'a\u009b\u202e\u007f\u001b'))).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  it('shows that it types for as long as it works, and not for what is answered at once', async () => {
    const ivan = await person('ivan', 'ivan')
    const typing = () =>
      ivan.lines.filter((line) => / TAGMSG ivan/.test(line) && line.includes('+typing=active')).length
    await ivan.asks('b cr', /:name: main/)
    expect(typing()).toBe(0)
    const { call } = deps
    deps.call = async (...args) => {
      await vi.waitFor(() => expect(typing()).toBe(2), { timeout: 60_000 })
      return call(...args)
    }
    await ivan.asks('bouncer show', /:name: main/)
    deps.call = call
    expect(typing()).toBe(2)
  })

  it('answers by PRIVMSG who wants that, also after another start', async () => {
    const judy = await person('judy', 'judy')
    await judy.asks('help set', /NOTICE judy :SET REPLIES/)
    await judy.asks('set replies privmsg', /PRIVMSG judy :I answer you by PRIVMSG/)
    await nowServ.stop()
    start()
    await vi.waitFor(() => expect(nowServ.connected).toBe(true), { timeout: 60_000 })
    await judy.asks('help set', /PRIVMSG judy :SET REPLIES/)
    await judy.asks('set replies notice', /NOTICE judy :I answer you by NOTICE/)
  })

  it('ignores notices and bots', async () => {
    const carol = await person('carol', 'carol')
    carol.send('NOTICE NowServ :bouncer create notice')
    carol.send('MODE carol +B')
    await carol.sees(/ MODE carol .*\+B/)
    carol.send('PRIVMSG NowServ :bouncer create bot')
    carol.send('MODE carol -B')
    await carol.asks('bouncer create person', /name: person/)
    expect(
      calls
        .filter(({ account, operation }) => account === 'carol' && operation === 'bouncer.create')
        .map((one) => one.input.name),
    ).toEqual(['person'])
  })

  it('serves others while one floods, and refuses what is too much', async () => {
    const [alice, bob] = people
    const from = alice!.lines.length
    for (let i = 0; i < 200; i += 1) alice!.send('PRIVMSG NowServ :bouncer list')
    await alice!.sees(/\[rate_limited\]/, from)
    await bob!.asks('bouncer show main', /name: main/)
    const answered = calls.filter(
      ({ account, operation }) => account === 'alice' && operation === 'bouncer.list',
    ).length
    expect(answered).toBeLessThan(200)
    expect(alice!.lines.slice(from).filter((line) => line.includes('[rate_limited]')).length).toBeLessThan(20)
  })

  it('comes back with its nick after the server died', async () => {
    await ergo.kill()
    await vi.waitFor(() => expect(nowServ.connected).toBe(false), { timeout: 60_000 })
    await ergo.start()
    await vi.waitFor(() => expect(nowServ.connected).toBe(true), { timeout: 60_000, interval: 50 })
    const dave = await person('dave', 'dave')
    await dave.asks('bouncer create again', /NOTICE dave :name: again/)
  })
})
