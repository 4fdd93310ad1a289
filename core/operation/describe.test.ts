import { expect, test } from 'vitest'
import { catalogue } from '../catalogue.ts'
import { describeOperation } from './describe.ts'

test('an operation is described once, however often it is asked for', () => {
  const [first, second] = [catalogue, catalogue].map((operations) => operations.map(describeOperation))
  for (const [n, description] of first!.entries()) expect(second![n]).toBe(description)
})
