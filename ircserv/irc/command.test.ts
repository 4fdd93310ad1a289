import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'
import { expect, it } from 'vitest'
import { readCommand } from './command.ts'
import { wordsOf } from './words.ts'

const operations = catalogue.map(describeOperation)
const read = (line: string) => readCommand(operations, wordsOf(line))

it.each([
  ['paste update 1 -title "-5 degrees"', { id: '1', title: '-5 degrees' }],
  ['paste update 1 title=-5', { id: '1', title: '-5' }],
  ['paste update 1 title="-5 degrees"', { id: '1', title: '-5 degrees' }],
  ['paste update 1 -title -5', { id: '1', title: '-5' }],
  ['paste update 1 --title -x', { id: '1', title: '-x' }],
  ['paste update 1 --title=-x', { id: '1', title: '-x' }],
  ['paste update 1 -title --expires', { id: '1', title: '--expires' }],
  ['paste update "-expires"', { id: '-expires' }],
  ['paste update "id=x"', { id: 'id=x' }],
  ['paste update \\-x', { id: '-x' }],
  ['paste update -title x -- -1', { id: '-1', title: 'x' }],
  ['paste update -- title=x', { id: 'title=x' }],
  ['paste update 1 -title --', { id: '1', title: '--' }],
  ['paste update 1 -title ""', { id: '1', title: null }],
  ["paste update 1 title=''", { id: '1', title: null }],
  ['bouncer update main -realname ""', { name: 'main', realname: '' }],
  ['bouncer update main -enabled', { name: 'main', enabled: true }],
  ['bouncer update -enabled no main', { name: 'main', enabled: false }],
  ['bouncer update -no-enabled main', { name: 'main', enabled: false }],
  ['bouncer update --no-dedicated -nick a', { dedicated: false, nick: 'a' }],
  ['bouncer update -enabled -nick a', { enabled: true, nick: 'a' }],
  ['paste update 1 -public -lang rs', { id: '1', visibility: 'public', language: 'rs' }],
  ['paste update 1 lang=rs -Public --unlisted', { id: '1', visibility: 'unlisted', language: 'rs' }],
  ['bouncer update main -nick a -nick b', { name: 'main', nick: 'b' }],
  ['upstream update x -channels #a -channels #b,#c', { name: 'x', channels: ['#a', '#b', '#c'] }],
] as const)('%s', (line, input) => {
  expect(read(line).input).toEqual(input)
})

it.each([
  ['paste update 1 -title', /^--title wants a value/],
  ['upstream update x -channels', /^--channels wants a value/],
  ['bouncer delete main -confirm', /^--confirm wants a value/],
  ['bouncer delete main --as', /^--as wants a value/],
  ['bouncer list -dry-run=maybe', /^--dry-run wants yes or no/],
  ['paste update 1 -- -title x', /“-title” is one word too many/],
  ['paste show "1', /^A " is open/],
  ['paste create -tittle x', /did you mean TITLE/],
  ['paste update 1 -tittle x', /did you mean TITLE/],
])('%s is refused', (line, message) => {
  expect(() => read(line)).toThrow(message)
})

it('reads what every command takes, wherever it stands', () => {
  expect(read('bouncer delete -confirm -1 main -as bob -dry-run')).toMatchObject({
    input: { name: 'main' },
    confirm: '-1',
    as: 'bob',
    dryRun: true,
  })
  expect(read('bouncer create -dry-run=no')).toMatchObject({ dryRun: false })
})

it('tells a secret that was typed from one that is only asked for', () => {
  const secret = (line: string) => {
    const { secretGiven, secretAsked, input } = read(line)
    return { given: secretGiven, asked: secretAsked, input }
  }
  const name = { name: 'x' }
  expect(secret('upstream update x -pass')).toEqual({ given: false, asked: true, input: name })
  expect(secret('upstream update x -pass -sasl-password')).toEqual({ given: false, asked: true, input: name })
  expect(secret('upstream update x -pass -nick y')).toEqual({
    given: false,
    asked: true,
    input: { ...name, nick: 'y' },
  })
  expect(secret('upstream update x -pass -hunter')).toEqual({ given: true, asked: false, input: name })
  expect(secret('upstream update x -pass "-nick"')).toEqual({ given: true, asked: false, input: name })
  expect(secret('upstream update x pass=""')).toEqual({ given: false, asked: false, input: { ...name, pass: null } })
})

it.each([
  ['paste create', false, {}],
  ['paste create -text', false, {}],
  ['paste create hello world', true, {}],
  ['paste create -title x hello -- -world', true, { title: 'x' }],
  ['paste create title=x a=b', true, { title: 'x' }],
  ['paste create text=typed', true, {}],
  ["paste create it's", true, {}],
] as const)('%s: what is left over is the text, and not used', (line, bodyGiven, input) => {
  expect(read(line)).toMatchObject({ bodyGiven, input })
  expect(read(line).input).toEqual(input)
})

it('tells nouns that begin alike apart by the verb', () => {
  expect(read('b cr').operation.name).toBe('bouncer.create')
  expect(read('b l').operation.name).toBe('bouncer.list')
  expect(read('b upg pro').operation.name).toBe('billing.upgrade')
  expect(() => read('b sh')).toThrow('“b” could be BOUNCER, BILLING')
  expect(() => read('b')).toThrow('“b” could be BOUNCER, BILLING')
})
