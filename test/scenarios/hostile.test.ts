import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorCodes } from '@irc-now/core/operation/errors'
import { SojuAdmin } from '@irc-now/core/provisioning/local/soju-admin'
import { socketFolder } from '@irc-now/core/provisioning/local/state-folders'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon, runCli } from '../daemon.ts'
import type { Answer, FrontEnd, Person } from '../front-ends/front-end.ts'
import { httpFrontEnd } from '../front-ends/http.ts'
import { nowServFrontEnd } from '../front-ends/nowserv.ts'
import { createPeople, operations } from '../front-ends/people.ts'
import { connectIrc } from '../irc-client.ts'
import { samples } from '../sample-files.ts'

// Hostile text in every field of every operation: refused by one of the catalogue's codes or taken as it is, never
// broken on, and nothing of it becomes a command to soju, to ergo or to a terminal.
const commands =
  'JOIN #evil\r\nBOUNCERSERV :user create -username evil -password evil -admin=true\r\nPRIVMSG NowServ :x'
const overIrc = [
  '',
  '\u001b[2J\u001b]0;evil\u0007',
  '\u202eمرحبا\u2066\u200f',
  '\u0001ACTION evil\u0001 \u0002\u000304,05x\u009b31m',
  `" -admin=true ' \\ ; $(touch evil) \`x\` %s %00`,
  'ü'.repeat(120),
]
const texts = [
  ...overIrc,
  ':x',
  '-x',
  '[:::]',
  `x\r\n${commands}`,
  `x\n${commands}`,
  `x\r${commands}`,
  'x\0y',
  '\ud800',
  'x'.repeat(1_000_000),
]
const known = Object.keys(errorCodes).filter((code) => !['internal', 'unavailable', 'timed_out'].includes(code))
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

const folder = mkdtempSync(join(tmpdir(), 'irc-now-hostile-'))

let daemon: Awaited<ReturnType<typeof createDaemon>>
let people: Awaited<ReturnType<typeof createPeople>>
let alice: Person
let boss: Person

beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
  people = await createPeople(daemon)
  alice = await people.create('alice')
  boss = await people.create('boss', 'ops')
  await people.run(alice, 'bouncer.create')
  await people.settle(alice)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await daemon?.remove()
})

/** What an operation wants besides the hostile field, such that nothing outside this machine is asked. */
function baseOf(operation: OperationDescription): Record<string, unknown> {
  const name = operation.noun === 'upstream' ? 'libera' : 'hostile'
  const all: Record<string, unknown> = { name, address: 'irc.example.invalid', enabled: false }
  return Object.fromEntries(
    operation.fields
      .filter(({ required, name: field }) => required || (field === 'enabled' && operation.noun === 'upstream'))
      .map((field) => [field.name, field.body === 'file' ? samples.png : (all[field.name] ?? 'x')]),
  )
}

interface Attempt {
  readonly operation: OperationDescription
  readonly input: Record<string, unknown>
  readonly what: string
}

/** A file with that in it. */
function fileWith(text: string): string {
  const path = join(folder, createHash('sha256').update(text).digest('hex'))
  writeFileSync(path, text)
  return path
}

/** Each field with each text; a list has it as an item too, and a file as what is in it. */
function attempts(withTexts: readonly string[]): Attempt[] {
  return operations.flatMap((operation) =>
    operation.fields.flatMap((field) =>
      withTexts.flatMap((text) => {
        const values = field.kind === 'list' ? [[text], [`#${text}`]] : [field.body === 'file' ? fileWith(text) : text]
        return values.map((value) => ({
          operation,
          input: { ...baseOf(operation), [field.name]: value },
          what: `${operation.name} ${field.name} ${JSON.stringify(text).slice(0, 40)}`,
        }))
      }),
    ),
  )
}

const whoFor = ({ access, name }: OperationDescription) => (access === 'ops' || name === 'account.show' ? boss : alice)

function check({ what }: Attempt, { code }: Answer): void {
  if (code !== undefined) expect([what, known.includes(code) ? 'known' : code]).toEqual([what, 'known'])
}

async function tryAll(frontEnd: FrontEnd, all: readonly Attempt[], who: (attempt: Attempt, i: number) => Person) {
  for (const [i, attempt] of all.entries()) {
    const answer = await frontEnd.run(who(attempt, i), attempt.operation, attempt.input).catch((error: Error) => {
      throw new Error(`${attempt.what}: ${error.message}`)
    })
    check(attempt, answer)
  }
}

test('over HTTP', async () => {
  const all = attempts(texts)
  expect(all.length).toBeGreaterThan(500)
  // Requests are limited for each account, and this is not about that.
  const slowly: FrontEnd = {
    ...httpFrontEnd(people.url),
    async run(...args) {
      for (;;) {
        const answer = await httpFrontEnd(people.url).run(...args)
        if (answer.code !== 'rate_limited') return answer
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    },
  }
  await tryAll(slowly, all, ({ operation }) => whoFor(operation))
})

test('through the command line: flags, words, JSON by stdin, and what it prints', async () => {
  const withFields = operations.filter(({ fields }) => fields.length > 0)
  const calls = withFields.flatMap((operation) =>
    texts.map((text) => {
      const cut = text.slice(0, 100_000)
      const argv = cut.replaceAll('\0', ' ')
      const flags = operation.fields
        .filter(({ secret, kind }) => !secret && (kind === 'text' || kind === 'list'))
        .map(({ flag }) => `--${flag}=${argv}`)
      const input = { ...baseOf(operation), ...Object.fromEntries(operation.fields.map(({ name }) => [name, text])) }
      return [
        { operation, words: [operation.noun, ...operation.verb.split(' '), ...flags, '--json'], stdin: '' },
        { operation, words: [operation.noun, ...operation.verb.split(' '), argv], stdin: '' },
        { operation, words: ['api', operation.name, '--input=-', '--json'], stdin: JSON.stringify(input) },
      ]
    }),
  )
  // All three ways for all operations with some text, all texts with some operation.
  const chosen = calls.map((ways, i) => ways[i % 3]!)
  for (const { operation, words, stdin } of chosen) {
    const env = { ...daemon.env, IRC_NOW_TOKEN: whoFor(operation).token }
    const { code, stdout, stderr } = await runCli(words, env, stdin)
    const said = `${stdout}${stderr}`
    const what = `irc-now ${words.join(' ').slice(0, 60)}`
    expect([what, said.match(steering), said.includes('    at ')]).toEqual([what, null, false])
    const [, named] = /\[(\w+)\]\n$/.exec(stderr) ?? /"error":\{"code":"(\w+)"/.exec(stdout) ?? []
    if (code !== 0) expect([what, named !== undefined && known.includes(named)]).toEqual([what, true])
  }
}, 900_000)

test('over IRC', async () => {
  const all = attempts(overIrc)
  // Many members, since each of them is slowed down.
  const members = await Promise.all(
    Array.from({ length: 24 }, (_, i) => people.create(`m${i}`, i % 3 === 0 ? 'ops' : 'member')),
  )
  const frontEnd = nowServFrontEnd(daemon.ports.irc)
  await Promise.all(
    members.map((member, i) =>
      tryAll(
        frontEnd,
        all.filter((_, k) => k % members.length === i),
        () => member,
      ),
    ),
  )
  frontEnd.close()
  // What a client writes without regard to any rule.
  const rude = await connectIrc(daemon.ports.irc, 'mallory', undefined, ['message-tags'])
  await rude.until(/ 001 /)
  rude.send(`PRIVMSG NowServ :bouncer create ${'x'.repeat(1_000_000)}`)
  const eve = await connectIrc(daemon.ports.irc, 'eve', { username: alice.name, password: alice.password })
  await eve.until(/ 001 /)
  eve.send('PRIVMSG NowServ :\u0001VERSION\u0001')
  eve.send('PRIVMSG NowServ :\u001b[2J \u202e')
  eve.send('PRIVMSG NowServ :bouncer show \u001b[2J\u202e')
  await eve.until(/NOTICE \S+ :\[invalid_input\]/)
  // The one control character that belongs there frames the answer to a client's VERSION.
  const said = eve.lines.filter((one) => one.includes(':NowServ!') && !one.endsWith(':\u0001VERSION NowServ\u0001'))
  expect(said.length).toBeGreaterThan(1)
  for (const line of said) expect(line).not.toMatch(steering)
  rude.close()
  eve.close()
})

test('nothing was injected, and all is well', async () => {
  const client = await connectIrc(daemon.ports.irc, 'observer')
  await client.until(/ 001 /)
  client.send('LIST')
  await client.until(/ 323 /)
  expect(client.lines.filter((line) => / 322 .*evil/.test(line))).toEqual([])
  client.close()
  const admin = new SojuAdmin(join(await socketFolder(daemon.home), 'soju-admin'))
  const users = (await admin.run('user', 'status')).join('\n')
  expect(users).toContain('alice')
  expect(users).not.toContain('evil')
  admin.close()
  const ill = async () =>
    JSON.parse((await daemon.cli('platform', 'status', '--json')).stdout).items.filter(
      ({ healthy }: { healthy: boolean }) => !healthy,
    )
  await expect.poll(ill).toEqual([])
  // Whatever was taken, the world has followed it.
  await people.settle(alice)
  expect(daemon.said).not.toMatch(/"level":(50|60)|reconcile failed|NowServ failed|lost the network/)
  expect(await daemon.stop()).toBe(0)
})
