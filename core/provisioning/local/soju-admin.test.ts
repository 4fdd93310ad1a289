import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ProvisionerUnavailable } from '../provisioner.port.ts'
import { SojuAdmin } from './soju-admin.ts'

let folder: string
let server: Server
let admin: SojuAdmin
let ready: boolean
/** What the other end does when it is given a command. */
let answer: (socket: Socket) => void

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soju-admin-'))
  server = createServer((socket) => socket.on('error', () => {}).on('data', () => answer(socket)))
  await new Promise<void>((resolve) => server.listen(join(folder, 'admin'), resolve))
  ready = true
  admin = new SojuAdmin(join(folder, 'admin'), { timeoutMs: 200, isReady: () => ready })
})
afterEach(async () => {
  admin.close()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

const done = ':soju PRIVMSG me :done\r\n:soju BOUNCERSERV OK\r\n'

test('whenever the connection ends, every command gets an answer or an error', async () => {
  answer = (socket) => void (Math.random() < 0.5 ? socket.end(done) : socket.write(done, () => socket.destroy()))
  for (let turn = 0; turn < 300; turn++) {
    const commands = Array.from({ length: 3 }, async (_, hops) => {
      // At every distance from the event that tells of the end.
      for (let hop = 0; hop < (turn * hops) % 7; hop++) await (hop % 3 ? Promise.resolve() : immediate())
      return admin.run('server', 'status')
    })
    for (const result of await Promise.allSettled(commands)) {
      if (result.status === 'fulfilled') expect(result.value).toEqual(['done'])
      else expect(result.reason).toBeInstanceOf(ProvisionerUnavailable)
    }
  }
})

test('silence is an error in time, and the next command goes over a new connection', async () => {
  answer = () => {}
  const silent = admin.run('server', 'status')
  const next = admin.run('server', 'status')
  await expect(silent).rejects.toThrow('The bouncer did not answer.')
  answer = (socket) => socket.write(done)
  await expect(next).resolves.toEqual(['done'])
})

test('what waits when it is closed ends', async () => {
  answer = () => admin.close()
  const commands = [admin.run('server', 'status'), admin.run('server', 'status')]
  for (const command of commands) await expect(command).rejects.toThrow(ProvisionerUnavailable)
})

test('what had to wait is not sent to a soju that is starting meanwhile', async () => {
  let heard = 0
  answer = (socket) => {
    heard += 1
    ready = false
    socket.write(done)
  }
  const [first, waiting] = [admin.run('server', 'status'), admin.run('user', 'delete', 'alice')]
  await expect(first).resolves.toEqual(['done'])
  await expect(waiting).rejects.toThrow('The bouncer is being started.')
  expect(heard).toBe(1)
})
