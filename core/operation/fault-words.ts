import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue

const wanted: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'yes or no',
  array: 'a list',
  object: 'fields and their values',
  record: 'fields and their values',
  null: 'nothing',
}

const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address, such as ann@example.org',
  url: 'an address, such as https://example.org',
  datetime: 'a time, such as 2027-01-31T12:00:00Z',
  date: 'a day, such as 2027-01-31',
  ipv4: 'an IP address',
  ipv6: 'an IP address',
  json_string: 'JSON',
}

const counted = (amount: number | bigint, one: string, many: string) => `${amount} ${Number(amount) === 1 ? one : many}`

function bound(issue: Issue & { code: 'too_small' | 'too_big' }): string {
  const small = issue.code === 'too_small'
  const limit = small ? issue.minimum : issue.maximum
  const least = issue.exact ? 'exactly' : small ? 'at least' : 'at most'
  // A length is counted, and so is never between two numbers.
  const length = issue.inclusive === false ? Number(limit) + (small ? 1 : -1) : limit
  switch (issue.origin) {
    case 'string':
      return small && Number(length) === 1
        ? 'it can’t be empty'
        : `it wants ${least} ${counted(length, 'character', 'characters')}`
    case 'array':
    case 'set':
    case 'map':
      return `it wants ${least} ${counted(length, 'entry', 'entries')}`
    default:
      return issue.inclusive === false
        ? `it wants a number ${small ? 'above' : 'below'} ${limit}`
        : `it wants ${limit} or ${small ? 'more' : 'less'}`
  }
}

/**
 * What is wrong with a value, in one plain sentence that begins in small letters, for where a schema says nothing of its
 * own; zod’s words are for programmers. To be given to `parse` as `error`.
 */
export function faultWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `it wants ${wanted[issue.expected] ?? 'another kind of value'}.`
    case 'invalid_value':
      return `it wants ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`
    case 'too_small':
    case 'too_big':
      return `${bound(issue as Issue & { code: 'too_small' | 'too_big' })}.`
    case 'not_multiple_of':
      return `it wants a multiple of ${issue.divisor}.`
    case 'invalid_format':
      return formats[issue.format] ? `it wants ${formats[issue.format]}.` : 'it is not written as it should be.'
    default:
      return 'it is not as it should be.'
  }
}
