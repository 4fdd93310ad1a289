import type { IncomingMessage } from 'node:http'
import { OperationError } from '@irc-now/core/operation/errors'
import { expect, test } from 'vitest'
import { problemOfRequest } from './problem.ts'

test.each([
  ['is what we did not expect', new Error('a secret'), { destroyed: false, complete: false }, ['failed'], 'internal'],
  ['comes after the whole request', new Error('x'), { destroyed: true, complete: true }, ['failed'], 'internal'],
  ['is that the sender has gone', new Error('aborted'), { destroyed: true, complete: false }, [], 'internal'],
  ['is the sender’s to know', new OperationError('not_found', 'None.'), undefined, [], 'not_found'],
])('an error that %s is logged, or not, and never shown', (_what, error, incoming, logged, code) => {
  const said: string[] = []
  const log = { error: (_o: object, message: string) => said.push(message) }
  const problem = problemOfRequest(error, incoming as IncomingMessage | undefined, log, 'failed')
  expect([said, problem.code]).toEqual([logged, code])
  expect(problem.message).not.toContain('secret')
})
