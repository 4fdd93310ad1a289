import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Hono } from 'hono'

/** Our typefaces (SIL Open Font License 1.1), each in one file for all its weights. */
const families = [
  { name: 'Newsreader', package: '@fontsource-variable/newsreader' },
  { name: 'Outfit', package: '@fontsource-variable/outfit' },
  { name: 'JetBrains Mono', package: '@fontsource-variable/jetbrains-mono' },
]

/** What is seldom read here would only make each page longer: it is shown in the reader’s own fonts. */
const left = /-(vietnamese|cyrillic-ext)-/

const files = new Map<string, Buffer>()
const require = createRequire(import.meta.url)

/** A package’s own rules, shortened, with addresses that change when a file does. */
function facesOf(family: (typeof families)[number]): string {
  const rules = readFileSync(require.resolve(`${family.package}/wght.css`), 'utf8').match(/@font-face \{[^}]+\}/g) ?? []
  return rules
    .filter((rule) => !left.test(rule))
    .map((rule) => {
      const short = rule
        .replace(/\s*([{};:,])\s*/g, '$1')
        .replace(/font-family:'[^']+'/, `font-family:"${family.name}"`)
      return short.replace(/url\(\.\/files\/([\w-]+)\.woff2\)/, (_, name: string) => {
        const bytes = readFileSync(require.resolve(`${family.package}/files/${name}.woff2`))
        const file = `${name}.${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.woff2`
        files.set(file, bytes)
        return `url(/fonts/${file})`
      })
    })
    .join('\n')
}

/** The style by which pages have our fonts, from the host they are on. They are read at once in others until these come. */
export const fontFaces = families.map(facesOf).join('\n')

/** `/fonts/FILE`, on each host that has pages. */
export function createFonts(): Hono {
  const app = new Hono()
  app.get('/fonts/:file', (c) => {
    const bytes = files.get(c.req.param('file'))
    if (!bytes) return c.notFound()
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'font/woff2',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    })
  })
  return app
}
