import { spawn } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTerminal, type Terminal } from './terminal.ts'

// The built command line sends to a platform that reads only as much as the test lets it, so that each state is seen.
const program = join(import.meta.dirname, '../cli/bin/irc-now.js')
const megabyte = 1024 * 1024
const size = 16 * megabyte

let folder: string
let env: NodeJS.ProcessEnv
let screen: Terminal | undefined
let allowed: Record<string, number>
let wake: () => void

/** Lets the platform read so many bytes of a file; of one that isn’t named, all. */
function allow(name: string, bytes: number): void {
  allowed[name] = bytes
  wake()
}

async function readSlowly(request: IncomingMessage, name: string): Promise<void> {
  let read = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    read += chunk.length
    while (read >= (allowed[name] ?? size) && read < size) await new Promise<void>((resolve) => (wake = resolve))
  }
}

const server = createServer(async (request, response) => {
  const name = new URL(request.url ?? '', 'http://platform').searchParams.get('name') ?? ''
  await readSlowly(request, name)
  const answer = { url: `http://pics.localhost/${name}` }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
})

beforeEach(async () => {
  allowed = {}
  wake = () => undefined
  folder = await mkdtemp(join(tmpdir(), 'irc-now-progress-'))
  env = { PATH: process.env.PATH, HOME: folder, IRC_NOW_HOME: folder }
  const socket = join(folder, 'daemon.sock')
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  await writeFile(join(folder, 'endpoints.json'), JSON.stringify({ socket }))
  for (const name of ['first.png', 'second.png']) {
    await writeFile(join(folder, name), '')
    await truncate(join(folder, name), size)
  }
})
afterEach(async () => {
  screen?.close()
  screen = undefined
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

function upload(...files: string[]): Terminal {
  const script = 'cd "$0"; "$@"; echo "left with $?"'
  const words = [folder, process.execPath, program, 'pic', 'upload', ...files]
  screen = openTerminal('/bin/sh', ['-c', script, ...words], { env })
  return screen
}

/** What the bar of a file says once it stands still; what is on its way in buffers is sent too. */
async function partOf(terminal: Terminal, name: string, from: number): Promise<number> {
  const bar = new RegExp(`^${name} {2}\\[([#.]{24})\\] (\\d+) %$`, 'm')
  const within = async () => {
    const [, drawn = '', part = ''] = bar.exec(await terminal.until(bar))!
    expect(drawn).toBe('#'.repeat(Math.round((Number(part) / 100) * 24)).padEnd(24, '.'))
    return Number(part)
  }
  await expect.poll(within).toBeGreaterThanOrEqual(from)
  return within()
}

test('a bar goes with the file, and is gone once its address is there', async () => {
  allow('first.png', 4 * megabyte)
  const terminal = upload('first.png')
  const before = await partOf(terminal, 'first.png', 25)
  expect(before).toBeLessThan(75)
  allow('first.png', 12 * megabyte)
  expect(await partOf(terminal, 'first.png', 75)).toBeLessThanOrEqual(100)
  allow('first.png', size)
  await terminal.until(/left with 0/)
  expect(terminal.text.trim().split('\n')).toEqual(['http://pics.localhost/first.png', 'left with 0'])
})

test('several files have a bar each, one after the other', async () => {
  for (const name of ['first.png', 'second.png']) allow(name, 8 * megabyte)
  const terminal = upload('first.png', 'second.png')
  await partOf(terminal, 'first.png', 50)
  expect(terminal.text).not.toContain('second.png')
  allow('first.png', size)
  await terminal.until(/pics\.localhost\/first\.png/)
  await partOf(terminal, 'second.png', 50)
  expect(terminal.lines[0]).toBe('http://pics.localhost/first.png')
  allow('second.png', size)
  await terminal.until(/left with 0/)
  expect(terminal.text.trim().split('\n')).toEqual([
    'http://pics.localhost/first.png',
    'http://pics.localhost/second.png',
    'left with 0',
  ])
})

test('where nobody looks there is no bar: only addresses come out', async () => {
  const child = spawn(process.execPath, [program, 'pic', 'upload', 'first.png', 'second.png'], { cwd: folder, env })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (said.stderr += text))
  await new Promise((resolve) => child.once('close', resolve))
  expect(said).toEqual({
    stdout: 'http://pics.localhost/first.png\nhttp://pics.localhost/second.png\n',
    stderr: '',
  })
})
