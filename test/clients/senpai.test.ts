import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import type { Person } from '../front-ends/front-end.ts'
import { createPeople } from '../front-ends/people.ts'
import { samples } from '../sample-files.ts'
import { keys, type Terminal } from '../terminal.ts'
import { openSenpai } from './senpai.ts'

// As somebody on IRC has it: a client, an app password, and /upload.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let people: Awaited<ReturnType<typeof createPeople>>
let zoe: Person
let folder: string
let senpai: Terminal

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-senpai-'))
  daemon = await createDaemon()
  await daemon.start()
  people = await createPeople(daemon)
  zoe = await people.create('zoe')
  await people.run(zoe, 'bouncer.create')
  await people.settle(zoe)
  await copyFile(samples.png, join(folder, 'cat.png'))
  await writeFile(join(folder, 'notes.md'), '# Notes\n')
  await writeFile(join(folder, 'film.mp4'), Buffer.from('\0\0\0\x18ftypmp42'))
  senpai = await openSenpai(folder, { port: daemon.ports.bouncer, username: 'zoe', password: zoe.password })
  await senpai.until(/net\.irc\.now/)
})
afterAll(async () => {
  senpai?.close()
  await daemon?.remove()
  await rm(folder, { recursive: true, force: true })
})

/** Uploads a file; senpai then has its address in the line where one types, which is shown as far as there is room. */
async function uploaded(name: string, list: 'pic.list' | 'paste.list') {
  senpai.type(`${keys.backspace.repeat(100)}/upload ${join(folder, name)}${keys.enter}`)
  const made = async () => (await people.run(zoe, list)).items[0]
  await expect.poll(made).toBeTruthy()
  const item = await made()
  await senpai.until(new RegExp(item.url.slice(-20).replaceAll('.', '\\.')))
  return item
}

test('a picture', async () => {
  expect(await uploaded('cat.png', 'pic.list')).toMatchObject({ name: 'cat.png', type: 'image/png' })
})

test('a text is a paste', async () => {
  expect(await uploaded('notes.md', 'paste.list')).toMatchObject({ title: 'notes.md' })
})

test('what can’t be taken is refused', async () => {
  senpai.type(`${keys.backspace.repeat(100)}/upload ${join(folder, 'film.mp4')}${keys.enter}`)
  await senpai.until(/File upload failed:[\s\S]*415/)
})
