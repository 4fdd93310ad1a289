import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

const folder = mkdtempSync(join(tmpdir(), 'irc-now-samples-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const image = sharp({ create: { width: 40, height: 30, channels: 3, background: '#17663a' } })
/** Paths of small files, made for the process that imports this. */
export const samples = { png: join(folder, 'a.png'), jpg: join(folder, 'b.jpg'), svg: join(folder, 'c.svg') }
await image.clone().png().toFile(samples.png)
await image.clone().jpeg().toFile(samples.jpg)
writeFileSync(samples.svg, '<svg xmlns="http://www.w3.org/2000/svg"/>')
