import { z } from 'zod'
import type { Entitlements } from '../../billing/entitlements.ts'
import { byteSize } from '../../operation/byte-size.ts'
import { OperationError } from '../../operation/errors.ts'
import { idOfAddress } from '../content-id.ts'
import { pictureTypes } from './sniff.ts'

export const PictureId = z
  .string()
  .max(300)
  .transform(idOfAddress)
  .pipe(z.string().regex(/^[0-9A-Za-z]{22}$/, 'A picture’s id has 22 letters and digits; see “pic list”.'))
  .describe('The picture’s id, or its address.')

export const Picture = z.object({
  id: z.string(),
  name: z.string().nullable().describe('The file’s name, which only you see.'),
  status: z.object({ phase: z.enum(['active', 'removed', 'deleted']), message: z.string().nullable() }),
  type: z.enum(Object.values(pictureTypes) as [string, ...string[]]),
  width: z.int(),
  height: z.int(),
  frames: z.int(),
  bytes: z.int().describe('As it is kept, which is what your plan counts.'),
  createdAt: z.string().describe('ISO 8601'),
  expiresAt: z.string().nullable().describe('ISO 8601; null is never.'),
  thumbnailUrl: z.string().meta({ thumbnail: true }),
  url: z.string().meta({ address: true }),
})
export type Picture = z.output<typeof Picture>

/** One file as it is sent, in bytes; what is kept of it counts towards the plan. */
export const largestUpload = 32 * 1024 * 1024

/** Throws `quota_reached` where `more` bytes would be too many. `used` is counted inside the writing transaction. */
export function assertPictureRoom(plan: Entitlements, used: number, more: number): void {
  const { value, why } = plan.limits['picture.bytes']
  if (value === null || used + more <= value) return
  throw new OperationError(
    'quota_reached',
    `Your pictures have ${byteSize(used)} of ${byteSize(value)} (${why}), and this one ${more === 0 ? 'would be more' : `has ${byteSize(more)}`}; delete one with “pic delete”.`,
    { details: { limit: value, used, why } },
  )
}
