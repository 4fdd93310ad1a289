import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorCodes, problemOf } from '@irc-now/core/operation/errors'
import { afterEach, beforeEach } from 'vitest'
import { openTerminal, type Terminal } from './terminal.ts'

const program = join(import.meta.dirname, '../cli/bin/irc-now.js')

export interface Asked {
  readonly operation: string
  readonly input: Record<string, unknown>
  readonly dryRun: boolean
}

/** What operations answer, perhaps later, or the OperationError that they throw; what is not among them answers `{}`. */
export type Answers = Record<string, (asked: Asked) => unknown>

/** Set anew for each test by `withPlatform`. */
export let answers: Answers
export let requests: Asked[]

let folder: string
let screen: Terminal | undefined

/** Gives each test of a file a platform on a unix socket, which answers as the test says and remembers what it was asked. */
export function withPlatform(usual: Answers): void {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://platform')
    if (pathname === '/v1/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n')
      return
    }
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const operation = pathname.replace('/v1/', '')
    const input = body ? JSON.parse(body) : Object.fromEntries(searchParams)
    const asked = { operation, input, dryRun: request.headers['irc-now-dry-run'] === 'true' }
    requests.push(asked)
    try {
      const output = operation in answers ? await answers[operation]!(asked) : {}
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(output))
    } catch (error) {
      const { code, message, ...more } = problemOf(error)
      response.writeHead(errorCodes[code].status).end(JSON.stringify({ code, detail: message, ...more }))
    }
  })
  beforeEach(async () => {
    answers = { ...usual }
    requests = []
    folder = await mkdtemp(join(tmpdir(), 'irc-now-tui-'))
    const socket = join(folder, 'daemon.sock')
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    await writeFile(join(folder, 'endpoints.json'), JSON.stringify({ socket }))
  })
  afterEach(async () => {
    screen?.close()
    screen = undefined
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true, force: true })
  })
}

/** With which a program finds it. */
export const platformEnv = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: folder, IRC_NOW_HOME: folder })

/** The built command line in a terminal, by a shell that then says how it was left. */
export function openCli(
  words: readonly string[],
  options: {
    columns?: number
    rows?: number
    env?: NodeJS.ProcessEnv
    term?: string
    answers?: Readonly<Record<string, string>>
  } = {},
): Terminal {
  const env = { ...platformEnv(), ...options.env }
  const script = 'echo before; "$@"; echo "left with $?"; stty -a'
  screen = openTerminal('/bin/sh', ['-c', script, 'sh', process.execPath, program, ...words], { ...options, env })
  return screen
}
