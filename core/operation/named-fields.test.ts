import { expect, test } from 'vitest'
import { catalogue } from '../catalogue.ts'
import { describeOperation } from './describe.ts'
import { OperationError, problemOf } from './errors.ts'
import { flagNamed, withFieldsNamed } from './named-fields.ts'

const { fields } = describeOperation(catalogue.find(({ name }) => name === 'upstream.create')!)
const said = (message: string) => {
  const error = new OperationError('invalid_input', message, { field: 'saslPassword', details: { a: 1 } })
  return problemOf(withFieldsNamed(error, fields, flagNamed))
}

test('fields are named as flags; all else stays as it is', () => {
  expect(said('A password is wanted: give saslUsername and saslPassword.')).toEqual({
    code: 'invalid_input',
    message: 'A password is wanted: give --sasl-username and --sasl-password.',
    field: 'saslPassword',
    details: { a: 1 },
  })
  expect(said('nick: A nick has no spaces; a nick is short.').message).toBe(
    '--nick: A nick has no spaces; a nick is short.',
  )
  expect(said('name is missing; see “help”.').message).toBe('name is missing; see “help”.')
  expect(said('saslPasswords are no field, nick.').message).toBe('saslPasswords are no field, nick.')
})
