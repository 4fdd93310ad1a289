import { expect, test } from 'vitest'
import { createFonts, fontFaces } from './fonts.ts'

test('each face leads to a file that is served, may be kept for ever, and is read without until it comes', async () => {
  const faces = fontFaces.split('\n')
  const names = new Set(faces.map((face) => /font-family:"([^"]+)"/.exec(face)?.[1]))
  expect([...names]).toEqual(['Newsreader', 'Outfit', 'JetBrains Mono'])
  const fonts = createFonts()
  for (const face of faces) {
    expect(face).toContain('font-display:swap')
    const [, address = ''] = /src:url\(([^)]+)\)/.exec(face) ?? []
    const response = await fonts.request(address)
    expect([address, response.status, response.headers.get('content-type')]).toEqual([address, 200, 'font/woff2'])
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('wOF2')
  }
})

test('nothing else is a font', async () => {
  for (const name of ['outfit.woff2', '..%2f..%2fpackage.json', 'constructor'])
    expect((await createFonts().request(`/fonts/${name}`)).status).toBe(404)
})
