import { expect, test } from 'vitest'
import { catalogue } from '../../catalogue.ts'
import { nouns } from '../../operation/nouns.ts'
import { Scope } from './token.ts'

test('a scope is of a noun that there is', () => {
  expect([...new Set(catalogue.map(({ noun }) => noun))].sort()).toEqual(nouns)
  for (const noun of [...nouns, '*']) expect(Scope.parse(`${noun}:read`)).toBe(`${noun}:read`)
  const { error } = Scope.safeParse('bouncr:read')
  expect(error!.issues[0]!.message).toContain('bouncer, ')
})
