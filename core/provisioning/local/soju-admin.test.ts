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
  admin = new SojuAdmin(join(folder, 'admin'), { timeoutMs: 2000, isReady: () => ready })
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

test('silence is an error in time, and nobody else waits for it', async () => {
  let heard = 0
  answer = (socket) => void (heard++ === 0 || socket.write(done))
  const silent = admin.run('user', 'run', 'busy', 'network', 'status')
  let isOver = false
  const over = expect(silent)
    .rejects.toThrow('The bouncer did not answer.')
    .then(() => {
      isOver = true
    })
  for (let turn = 0; turn < 3; turn++) await expect(admin.run('server', 'status')).resolves.toEqual(['done'])
  expect(isOver).toBe(false)
  await over
  await expect(admin.run('server', 'status')).resolves.toEqual(['done'])
})

test('whoever says anything answers, though it can’t do what it was asked; who is silent does not', async () => {
  answer = (socket) => socket.write(':soju FAIL BOUNCERSERV :disk is full\r\n')
  expect(await admin.answers('server', 'status')).toBe(true)
  answer = () => {}
  expect(await admin.answers('server', 'status')).toBe(false)
  answer = (socket) => void socket.end()
  expect(await admin.answers('server', 'status')).toBe(false)
  answer = (socket) => socket.write(done)
  expect(await admin.answers('server', 'status')).toBe(true)
})

test('a connection is used again', async () => {
  let connections = 0
  server.on('connection', () => connections++)
  answer = (socket) => socket.write(done)
  for (let turn = 0; turn < 5; turn++) await admin.run('server', 'status')
  expect(connections).toBe(1)
})

test('what waits when it is closed ends', async () => {
  answer = () => admin.close()
  const commands = [admin.run('server', 'status'), admin.run('server', 'status')]
  for (const result of await Promise.allSettled(commands))
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(ProvisionerUnavailable) })
})

test('nothing is sent to a soju that is starting when the connection is there', async () => {
  let heard = 0
  answer = () => void heard++
  const command = admin.run('user', 'delete', 'alice')
  ready = false
  await expect(command).rejects.toThrow('The bouncer is being started.')
  await immediate()
  expect(heard).toBe(0)
})
