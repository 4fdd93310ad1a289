import { promisify } from 'node:util'
import { parentPort } from 'node:worker_threads'
import loadChafa from 'chafa-wasm'
import { type Box, bestOf, type Drawing, type DrawingJob, kittyId, type Way } from './drawing.ts'

// A thread of its own: loading takes longer than a key may wait, and whatever a file makes of it ends with it.
const chafa = await loadChafa()
const decode = promisify(chafa.decodeImage)
const toAnsi = promisify(chafa.imageToAnsi)

const mode = (name: string): number => chafa.ChafaPixelMode[`CHAFA_PIXEL_MODE_${name}`].value
const palette = (name: string): number => chafa.ChafaCanvasMode[`CHAFA_CANVAS_MODE_${name}`].value

/** Chafa takes a character for so many pixels each way where it draws pixels. */
const chafaCell = 8

async function draw({ bytes, boxes, way }: DrawingJob): Promise<Drawing> {
  const image = await decode(Uint8Array.from(bytes).buffer)
  const box = bestOf(boxes, image, way)
  if (way.how === 'blocks') return { box, lines: await blocks(image, box, way), output: null }
  const pixels = {
    width: Math.max(1, Math.floor((box.columns * way.cell.width) / chafaCell)),
    height: Math.max(1, Math.floor((box.rows * way.cell.height) / chafaCell)),
  }
  const { ansi } = await toAnsi(image, { format: mode(modes[way.how]), ...pixels })
  return { box, lines: null, output: placed[way.how](ansi, box) }
}

const modes = { kitty: 'KITTY', iterm2: 'ITERM2', sixel: 'SIXELS' } as const

/** The same with the size in the terminal’s own characters. Kitty says nothing of it, and its cursor stays. */
const placed: Readonly<Record<keyof typeof modes, (ansi: string, box: Box) => string>> = {
  kitty: (ansi, { columns, rows }) =>
    ansi.replace(/^(\x1b_Ga=T,[^;\x1b]*?)c=\d+,r=\d+/, `$1c=${columns},r=${rows},i=${kittyId},p=1,q=2,C=1`),
  iterm2: (ansi, { columns, rows }) =>
    ansi.replace(/^(\x1b\]1337;File=inline=1;)width=\d+;height=\d+/, `$1width=${columns};height=${rows}`),
  sixel: (ansi) => ansi,
}

async function blocks(image: Awaited<ReturnType<typeof decode>>, box: Box, { depth }: Way): Promise<string[]> {
  const { ansi } = await toAnsi(image, {
    width: box.columns,
    height: box.rows,
    symbols: 'vhalf',
    colors: palette(depth >= 24 ? 'TRUECOLOR' : depth >= 8 ? 'INDEXED_256' : 'INDEXED_16'),
  })
  return ansi.split('\n')
}

parentPort?.on('message', (job: DrawingJob) => {
  draw(job).then(
    (drawing) => parentPort?.postMessage(drawing),
    () => parentPort?.postMessage(null),
  )
})
