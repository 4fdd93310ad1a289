import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { testPort } from '../ports.ts'

/** The keys with which the tests sign in, at a server that only this machine reaches. */
export const s3Keys = { AWS_ACCESS_KEY_ID: 'tests', AWS_SECRET_ACCESS_KEY: 'tests-of-irc-now' }

/** A real S3 server (versitygw, named by VERSITYGW) over a folder, with an empty bucket. */
export async function startS3() {
  const folder = await mkdtemp(join(tmpdir(), 's3-'))
  const port = await testPort()
  const bucket = 'pictures'
  await mkdir(join(folder, 'data', bucket), { recursive: true })
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    // Without extended attributes, which not every file system has, what it would write there goes into a folder.
    const words = ['--port', `127.0.0.1:${port}`, 'posix', '--sidecar', join(folder, 'sidecar'), join(folder, 'data')]
    await mkdir(join(folder, 'sidecar'), { recursive: true })
    child = spawn(process.env.VERSITYGW ?? 'versitygw', words, {
      env: {
        PATH: process.env.PATH,
        ROOT_ACCESS_KEY: s3Keys.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: s3Keys.AWS_SECRET_ACCESS_KEY,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr!.setEncoding('utf8').on('data', (chunk) => {
      said += chunk
    })
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`versitygw: ${said}`)
      await delay(50)
    }
  }
  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  await start()
  return {
    settings: { endpoint: `http://127.0.0.1:${port}`, bucket, region: 'us-east-1' },
    start,
    stop,
    /** It takes connections, and answers nothing. */
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    /** How many files lie in the bucket's folder: objects, and parts of those that were not completed. */
    async count(): Promise<number> {
      const entries = await readdir(join(folder, 'data', bucket), { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).length
    },
    async remove(): Promise<void> {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
