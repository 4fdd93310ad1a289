#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'

const main = new URL('../dist/main.js', import.meta.url)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(`irc.now needs Node 22.13 or later, and this is ${process.version}; “npm start” brings its own.`)
  process.exit(1)
}
if (!existsSync(main)) {
  console.error('irc.now is not built yet; run “npm run build” in its folder.')
  process.exit(1)
}
module.enableCompileCache?.()
await import(main.href)
