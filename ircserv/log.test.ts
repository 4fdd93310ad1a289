import { expect, test } from 'vitest'
import { toldError } from './log.ts'

test('of an error the logs have what it is and where, and nothing of what somebody typed', () => {
  const taken = Object.assign(new Error('duplicate key'), {
    code: '23505',
    constraint: 'accounts_email',
    detail: 'Key (email)=(typed@example.org) already exists.',
    where: 'portal parameter $1 = typed',
    params: ['typed'],
    headers: { authorization: 'Bearer typed' },
  })
  for (const error of [taken, new AggregateError([taken], 'both'), Object.assign(new Error('outer'), { inner: taken })])
    expect(JSON.stringify(toldError(error))).not.toContain('typed')
  expect(toldError(taken)).toMatchObject({
    message: 'duplicate key',
    code: '23505',
    constraint: 'accounts_email',
    stack: expect.stringContaining('log.test.ts'),
  })
  expect(toldError(new Error('outer', { cause: taken }))).toMatchObject({ message: 'outer: duplicate key' })
  expect(JSON.stringify(toldError(new AggregateError([taken], 'both')))).toContain('duplicate key')
})
