#!/usr/bin/env node
// Small on purpose: what can be said without loading anything is said here.
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'

const main = new URL('../dist/main.js', import.meta.url)
const [first, ...rest] = process.argv.slice(2)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if ((first === '--version' || first === 'version') && rest.length === 0) {
  process.stdout.write(`${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`)
} else if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `irc-now needs Node 22.13 or later, and this is ${process.version}; “npx irc-now” in its folder brings its own.\n`,
  )
  process.exitCode = 1
} else if (!existsSync(main)) {
  process.stderr.write('irc-now is not built yet; run “npm run build” in its folder.\n')
  process.exitCode = 1
} else {
  module.enableCompileCache?.()
  await import(main.href)
}
