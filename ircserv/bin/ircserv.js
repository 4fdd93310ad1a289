#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'

const main = new URL('../dist/main.js', import.meta.url)
if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(`irc.now needs Node 22 or later, and this is ${process.version}; “npm start” brings its own.`)
  process.exit(1)
}
if (!existsSync(main)) {
  console.error('irc.now is not built yet; run “npm run build” in its folder.')
  process.exit(1)
}
module.enableCompileCache?.()
await import(main.href)
