import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfiguration } from './configuration.ts'

test('a variable that names a folder and is empty is one that is not set', () => {
  const env = { HOME: '/home/alice', XDG_DATA_HOME: '/data' }
  expect(readConfiguration({ ...env, IRC_NOW_HOME: '' }).home).toBe('/data/irc-now')
  expect(readConfiguration({ ...env, IRC_NOW_HOME: '/srv/irc-now' }).home).toBe('/srv/irc-now')
})

test('the state folder is told by its whole path: the command line may be used elsewhere', () => {
  expect(readConfiguration({ IRC_NOW_HOME: 'state' }).home).toBe(join(process.cwd(), 'state'))
})
