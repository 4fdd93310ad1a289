import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answers, openCli, withPlatform } from './fake-platform.ts'
import { keys, type Terminal } from './terminal.ts'

// The built terminal UI beside a picture, in terminals that can show it in one way or another.
let thumbnail: Buffer
const fetched: string[] = []
const server = createServer((request, response) => {
  fetched.push(`${request.headers.host}${request.url}`)
  response.writeHead(200, { 'content-type': 'image/webp' }).end(thumbnail)
})
let origin: string

beforeAll(async () => {
  const half = { create: { width: 240, height: 60, channels: 3, background: '#ff0000' } } as const
  const below = await sharp({ ...half, create: { ...half.create, background: '#0000ff' } })
    .png()
    .toBuffer()
  thumbnail = await sharp({ create: { ...half.create, height: 120 } })
    .composite([{ input: below, top: 60, left: 0 }])
    .webp({ lossless: true })
    .toBuffer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://pics.localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const id = 'abcdefghijklmnopqrstuv'
const picture = () => ({
  id,
  name: 'flag.png',
  status: { phase: 'active', message: null },
  type: 'image/png',
  width: 2400,
  height: 1200,
  frames: 1,
  bytes: 4711,
  createdAt: '2026-11-24T12:00:00.000Z',
  expiresAt: '2027-02-22T12:00:00.000Z',
  thumbnailUrl: `${origin}/${id}/thumbnail.webp`,
  url: `${origin}/${id}.png`,
})
withPlatform({
  'account.show': () => ({ name: 'alice', role: 'member' }),
  'bouncer.list': () => ({ items: [] }),
  'pic.list': () => ({ items: [picture()] }),
  'pic.show': () => picture(),
})

/** What every terminal answers, with the size of a character and, of sixels, `4`. */
const attributes = (what: string) => ({ '\x1b[16t': '\x1b[6;20;10t', '\x1b[c': `\x1b[?62;${what}c` })

async function openPicture(options: Parameters<typeof openCli>[1] = {}): Promise<Terminal> {
  const screen = openCli(['tui'], options)
  await screen.until(/● live/)
  screen.type(':pictures\r')
  await screen.until(/flag\.png/)
  screen.type(keys.enter)
  await screen.until(/frames +1/)
  return screen
}
/** The first row with half blocks, and the column where they begin. */
const blocksOf = (screen: Terminal) => {
  const row = screen.lines.findIndex((line) => line.includes('▄'))
  return { row, column: screen.lines[row]?.indexOf('▄') ?? -1 }
}

test('a terminal that says nothing has half blocks beside the text, which keep to it and go with it', async () => {
  const screen = await openPicture({ env: { COLORTERM: 'truecolor' } })
  await screen.until(/▄{20}/)
  expect(fetched.at(-1)).toBe(`${new URL(origin).host}/${id}/thumbnail.webp`)
  const { row, column } = blocksOf(screen)
  expect(screen.lines[row]).toMatch(/status +● active +▄+/)
  expect(screen.coloursAt(row, column)).toMatchObject({ text: '▄', ground: 0xfe0000 })
  const rows = screen.lines.filter((line) => line.includes('▄')).length
  expect(screen.coloursAt(row + rows - 1, column).front & 0xff).toBeGreaterThan(0xf0)
  expect(screen.overlong).toBe(0)
  expect(screen.text).toContain(`${origin}/${id}.png`)
  expect(screen.written).not.toMatch(/\x1b_G|\x1b\]1337/)
  screen.resize(120, 40)
  await screen.until(/▄{60}/)
  expect(screen.overlong).toBe(0)
  expect(screen.lines[0]).toMatch(/^ irc\.now.+live$/)
  screen.resize(70, 12)
  await expect.poll(() => screen.lines.at(-1)).toMatch(/help {2}q quit *$/)
  screen.type('?')
  await screen.until(/› help/)
  expect(screen.text).not.toContain('▄')
  screen.type(keys.escape)
  await screen.until(/▄/)
  screen.type(keys.escape)
  await screen.until(/NAME +STATUS/)
  expect(screen.text).not.toContain('▄')
})

test('with 256 colours they are of these', async () => {
  const screen = await openPicture({ answers: attributes('22') })
  await screen.until(/▄{20}/)
  const { row, column } = blocksOf(screen)
  expect(screen.coloursAt(row, column)).toEqual({ text: '▄', front: 196, ground: 196 })
  expect(screen.written).not.toMatch(/[34]8;2;/)
})

test.each([
  ['NO_COLOR', { env: { NO_COLOR: '1' } }],
  ['a dumb terminal', { term: 'dumb' }],
])('with %s there is the address alone, and nothing is asked', async (_, options) => {
  const screen = await openPicture({ ...options, answers: attributes('4') })
  await screen.until(/thumbnail url/)
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(screen.text).not.toContain('▄')
  expect(screen.written).not.toMatch(/\x1b\[c|\x1b\[16t/)
})

test.each([
  ['tmux', { TMUX: '/tmp/tmux,1,0', KITTY_WINDOW_ID: '1' }],
  ['ssh', { SSH_CONNECTION: '::1 1 ::1 22', TERM_PROGRAM: 'iTerm.app' }],
])('in %s there are half blocks, and nothing is asked', async (_, env) => {
  const screen = await openPicture({ env, answers: attributes('4') })
  await screen.until(/▄{20}/)
  expect(screen.written).not.toMatch(/\x1b\[c|\x1b\[16t|\x1b_G|\x1b\]1337/)
})

/** Where it is drawn, by what was written: the cursor is kept, set, and brought back. */
const drawnAt = (screen: Terminal, protocol: string) =>
  [...screen.written.matchAll(new RegExp(`\\x1b7\\x1b\\[(\\d+);(\\d+)H(${protocol})`, 'g'))].map(
    ([, row, column, head]) => ({ row: Number(row), column: Number(column), head }),
  )

const kitty = '\\x1b_Ga=T[^\\x1b]*'
const gone = '\x1b_Ga=d,d=I,i=1767,q=2\x1b\\'

test('kitty’s own protocol draws it over the blank part of the screen, and takes it away before that changes', async () => {
  const screen = await openPicture({
    env: { KITTY_WINDOW_ID: '1' },
    answers: { '\x1b_Gi=31': '\x1b_Gi=31;OK\x1b\\', ...attributes('22') },
  })
  await expect.poll(() => drawnAt(screen, kitty)).toHaveLength(1)
  const [{ row, column, head } = { row: 0, column: 0, head: '' }] = drawnAt(screen, kitty)
  expect(row).toBe(4)
  expect(screen.lines[row - 1]!.length).toBeLessThan(column)
  const [, wide, high] = /s=\d+,v=\d+,c=(\d+),r=(\d+),i=1767,p=1,q=2,C=1/.exec(head!)!
  expect(column + Number(wide)).toBeLessThanOrEqual(81)
  expect(Number(high) * 20).toBeCloseTo((Number(wide) * 10) / 2, -2)
  expect(screen.text).not.toContain('▄')
  screen.type('?')
  await screen.until(/› help/)
  const away = screen.written.indexOf(gone)
  expect(away).toBeGreaterThan(0)
  expect(screen.written.indexOf('› help')).toBeGreaterThan(away)
  screen.type(keys.escape)
  await expect.poll(() => drawnAt(screen, kitty)).toHaveLength(2)
  screen.resize(120, 40)
  await expect.poll(() => drawnAt(screen, kitty)).toHaveLength(3)
  expect(screen.written.split(gone)).toHaveLength(3)
  // To the shell and back: it neither lies over what is there meanwhile nor is missing afterwards.
  const begun = screen.written.length
  screen.type('\x1a')
  await expect.poll(() => drawnAt(screen, kitty)).toHaveLength(4)
  const meanwhile = screen.written.slice(begun)
  expect(meanwhile.indexOf(gone)).toBeLessThan(meanwhile.indexOf('\x1b[?1049l'))
  expect(meanwhile.search(new RegExp(kitty))).toBeGreaterThan(meanwhile.indexOf('\x1b[?1049h'))
  screen.type('q')
  await screen.until(/left with 0/)
  expect(screen.written.split(gone)).toHaveLength(5)
  expect(screen.written.lastIndexOf(gone)).toBeLessThan(screen.written.lastIndexOf('\x1b[?1049l'))
})

test.each([
  [
    'iTerm2',
    { TERM_PROGRAM: 'iTerm.app' },
    { '\x1b]1337;ReportCellSize': '\x1b]1337;ReportCellSize=20.0;10.0;2.0\x1b\\', ...attributes('22') },
    '\\x1b\\]1337;File=inline=1;width=\\d+;height=\\d+;preserveAspectRatio=0:',
  ],
  ['sixels', {}, attributes('4;22'), '\\x1bP0;1;0q"1;1;\\d+;\\d+'],
])('by %s it is drawn as well, and the screen is written anew without it', async (_, env, answers, protocol) => {
  const screen = await openPicture({ env, answers })
  await expect.poll(() => drawnAt(screen, protocol)).toHaveLength(1)
  const [, size] = [/;width=(\d+);height=(\d+)/, /"1;1;(\d+);(\d+)/].map((one) =>
    one.exec(drawnAt(screen, protocol)[0]!.head!)?.slice(1).map(Number),
  )
  if (size)
    expect([size[0]! <= 400, size[0]! > 200, Math.abs(size[0]! - 2 * size[1]!) <= 24]).toEqual([true, true, true])
  const before = screen.written.length
  screen.type('?')
  await screen.until(/› help/)
  const after = screen.written.slice(before)
  // Each row is erased, and the picture with it, before the next screen is there.
  expect(after.split('\x1b[2K').length).toBeGreaterThan(20)
  expect(after.indexOf('\x1b[2K')).toBeLessThan(after.indexOf('› help'))
  screen.type(keys.escape)
  await expect.poll(() => drawnAt(screen, protocol)).toHaveLength(2)
  expect(screen.lines[0]).toMatch(/^ irc\.now/)
  expect(screen.lines.at(-1)).toMatch(/help {2}q quit/)
})

test('keys between the terminal’s answers are keys, in whatever pieces they come', async () => {
  const screen = await openPicture({ env: { KITTY_WINDOW_ID: '1' } })
  await expect.poll(() => screen.written).toContain('\x1b_Gi=31')
  for (const piece of ['\x1b_Gi=3', '1;OK\x1b', '\\\x1b', '[6;20;', '10t:pi', '\x1b[?6', '2;22c', 'c'])
    await new Promise<void>((resolve) => {
      screen.type(piece)
      setTimeout(resolve, 5)
    })
  await screen.until(/^ : ?pic/m)
  screen.type(keys.escape)
  await screen.until(/frames +1/)
  await expect.poll(() => drawnAt(screen, kitty).length).toBeGreaterThan(0)
})

test('a picture that can’t be had is an address', async () => {
  answers['pic.show'] = () => ({ ...picture(), thumbnailUrl: 'http://pics.localhost:1/nothing.webp' })
  answers['pic.list'] = () => ({ items: [{ ...picture(), thumbnailUrl: 'http://pics.localhost:1/nothing.webp' }] })
  const screen = await openPicture({ answers: attributes('22') })
  await screen.until(/nothing\.webp/)
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(screen.text).not.toContain('▄')
  screen.type('q')
  await screen.until(/left with 0/)
})
