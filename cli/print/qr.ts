import type { WriteStream } from 'node:tty'

/** Draws a text as a QR code where that is a terminal on which it fits; elsewhere nothing is written. */
export async function printQr(text: string, to: WriteStream | NodeJS.WriteStream): Promise<void> {
  if (to.isTTY !== true) return
  const { default: qrcode } = await import('qrcode')
  const options = { small: true, margin: 2, errorCorrectionLevel: 'L' } as const
  const { size } = qrcode.create(text, options).modules
  if (size + 4 > to.columns || size / 2 + 4 > to.rows) return
  // Without colours the modules are drawn as on a light terminal; scanners read them either way.
  const type = process.env.NO_COLOR === undefined ? 'terminal' : 'utf8'
  const drawn = await qrcode.toString(text, { ...options, type })
  to.write(type === 'terminal' ? drawn : `${drawn}\n`)
}
