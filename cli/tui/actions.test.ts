import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'
import { expect, test } from 'vitest'
import { actionsOf, isComplete, keyOf, textsOf } from './actions.ts'

const operations = catalogue.map(describeOperation)
const names = (noun: string, key: Record<string, unknown>) =>
  actionsOf(operations, noun, key).map(({ operation }) => operation.name)

test('what names a thing is what its operations take', () => {
  expect(keyOf(operations, 'bouncer', { name: 'main', nick: 'al' })).toEqual({ name: 'main' })
  expect(keyOf(operations, 'upstream', { bouncer: 'work', name: 'libera', nick: 'al' })).toEqual({
    name: 'libera',
    bouncer: 'work',
  })
  expect(keyOf(operations, 'password', { name: 'phone', scope: 'irc' })).toEqual({ name: 'phone' })
  expect(keyOf(operations, 'audit', { actor: 'al', operation: 'bouncer.show' })).toBeNull()
})

test('the actions of a thing come from the catalogue', () => {
  expect(names('bouncer', { name: 'main' })).toEqual([
    'bouncer.show',
    'bouncer.update',
    'bouncer.restart',
    'bouncer.delete',
    'bouncer.connect',
    'bouncer.hostname.set',
    'bouncer.hostname.show',
    'bouncer.hostname.verify',
    'bouncer.hostname.remove',
    'upstream.create',
    'upstream.list',
  ])
  expect(names('upstream', { name: 'libera', bouncer: 'main' })).toEqual([
    'upstream.show',
    'upstream.update',
    'upstream.delete',
  ])
  expect(names('password', { name: 'phone' })).toEqual(['password.revoke'])
  expect(names('account', { name: 'bob' })).toEqual([
    'account.show',
    'account.invite',
    'account.suspend',
    'account.resume',
  ])
})

test('what can be done with another’s account does not speak of “your”', () => {
  for (const { operation } of actionsOf(operations, 'account', { name: 'bob' }))
    expect(operation.summary).not.toMatch(/\byours?\b/i)
})

test('one’s own account has the actions that name nobody', () => {
  expect(names('account', {})).toEqual([
    'account.show',
    'account.update',
    'account.export',
    'account.delete',
    'account.list',
  ])
})

test('an action that knows all it could be told needs no form', () => {
  const complete = actionsOf(operations, 'bouncer', { name: 'main' }).filter(isComplete)
  expect(complete.map(({ operation }) => operation.verb)).toEqual([
    'show',
    'restart',
    'delete',
    'hostname show',
    'hostname verify',
    'hostname remove',
    'list',
  ])
})

test('a form starts from how the thing is; secrets start empty', () => {
  const update = operations.find(({ name }) => name === 'upstream.update')!
  const item = { name: 'libera', channels: ['#a', '#b'], enabled: false, nick: null, saslPassword: 'x', status: {} }
  expect(textsOf(update, item)).toMatchObject({
    name: 'libera',
    channels: '#a,#b',
    enabled: 'no',
    nick: '',
    saslPassword: '',
  })
})
