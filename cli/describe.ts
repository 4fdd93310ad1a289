import { mkdirSync, writeFileSync } from 'node:fs'
import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'

// Part of the build: the command line reads the catalogue as data, so that it starts without schemas and handlers.
const folder = new URL('./dist/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('catalogue.json', folder), JSON.stringify(catalogue.map(describeOperation)))
