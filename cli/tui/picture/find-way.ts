import { askTerminal, type Terminal } from './ask-terminal.ts'
import type { Way } from './drawing.ts'

/** Where somebody stands between us and the terminal, it may show what we see no answer of, or keep what is drawn. */
const between = ['TMUX', 'STY', 'ZELLIJ', 'SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY']

/** Only who is known by it is asked by a protocol of its own: others may show the question. */
const kittys = (env: NodeJS.ProcessEnv) =>
  env.KITTY_WINDOW_ID !== undefined ||
  Number(env.KONSOLE_VERSION ?? 0) >= 220400 ||
  /kitty|ghostty/.test(`${env.TERM} ${env.TERM_PROGRAM}`)

/** WezTerm has kitty’s protocol too, but draws text over such pictures at its own time. */
const iterms = (env: NodeJS.ProcessEnv) => /^(iTerm\.app|WezTerm)$/.test(env.TERM_PROGRAM ?? '')

const ask = {
  kitty: '\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\',
  iterm2: '\x1b]1337;ReportCellSize\x07',
  cell: '\x1b[16t',
} as const

const usualCell = { width: 10, height: 20 }

/** How pictures are drawn on this terminal; null where they can’t be, or colours are not wanted. */
export async function findWay(
  terminal: Terminal,
  depth: number,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Way | null> {
  if (depth < 4 || env.NO_COLOR || env.TERM === 'dumb') return null
  const blocks: Way = { how: 'blocks', depth, cell: usualCell }
  if (between.some((name) => env[name]) || /^(tmux|screen)/.test(env.TERM ?? '')) return blocks
  const own = kittys(env) ? ask.kitty : iterms(env) ? ask.iterm2 : ''
  const heard = await askTerminal(terminal, own + ask.cell)
  const [, height, width] = /\x1b\[6;(\d+);(\d+)t/.exec(heard) ?? []
  const known = Number(width) > 0 && Number(height) > 0
  const cell = known ? { width: Number(width), height: Number(height) } : usualCell
  if (/\x1b_Gi=31;OK/.test(heard)) return { how: 'kitty', depth, cell }
  if (/ReportCellSize=/.test(heard)) return { how: 'iterm2', depth, cell }
  // Sixels are pixels: without the size of a character, nobody knows what they cover.
  if (known && /\x1b\[\?(?:\d+;)*4(?:;\d+)*c/.test(heard)) return { how: 'sixel', depth, cell }
  return blocks
}
