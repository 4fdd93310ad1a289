import { z } from 'zod'
import { oneLine } from '../../accounts/account.ts'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { fileBody } from '../../operation/file-body.ts'
import { contentId } from '../content-id.ts'
import { Expires, endOf } from '../expiry.ts'
import { assertPictureRoom, largestUpload, Picture } from './picture.ts'
import { pictureKeys, pictureOf } from './picture-store.ts'

export const uploadPicture = defineOperation({
  name: 'pic.upload',
  summary: 'Publish a picture at an address of its own.',
  description:
    'Whoever has the address can see it. JPEG, PNG, WebP, GIF and AVIF are taken, still or moving; where and by what it was taken is removed. Uploaded twice, it is still one.',
  access: 'member',
  effect: 'write',
  input: z.object({
    file: fileBody(largestUpload).describe('The picture’s file.'),
    name: oneLine(200).min(1).optional().meta({ fileName: true }).describe('A name by which you know it again.'),
    expires: Expires.optional(),
  }),
  output: Picture.extend({
    id: z.string().meta({ made: true }),
    url: z.string().meta({ main: true, address: true, made: true }),
    thumbnailUrl: z.string().meta({ made: true, thumbnail: true }),
  }),
  errors: ['quota_reached', 'too_large', 'storage_full', 'unavailable', 'timed_out', 'rate_limited'],
  examples: ['cat.jpg', 'screenshot.png photo.webp --expires 7d'],
  async before({ file, expires }, { actor, entitlements, dryRun, now, read, pictures }) {
    const plan = await entitlements()
    endOf('picture', expires, plan, now())
    // Whoever has no room left needn't send anything; how much is left is counted again once it is there.
    assertPictureRoom(plan, await read((store) => store.pictures.used(actor.id, now())), 1)
    return pictures.take(file, { accountId: actor.id, keep: !dryRun })
  },
  async handle({ name, expires }, { actor, store, entitlements, now, platform, dryRun, random, event }, taken) {
    if (!taken) throw new OperationError('invalid_input', 'file is missing; send one.', { field: 'file' })
    const plan = await entitlements()
    const { hash, kind, width, height, frames, bytes } = taken
    const expires_at = endOf('picture', expires, plan, now, actor.keepsContent)
    const known = await store.pictures.same(actor.id, hash, now)
    if (known) {
      const set = { expires_at, name: name ?? known.name }
      await store.pictures.change(known.id, set)
      return pictureOf({ ...known, ...set }, platform)
    }
    assertPictureRoom(plan, await store.pictures.used(actor.id, now), bytes)
    const row = {
      id: contentId(random),
      account_id: actor.id,
      hash: dryRun ? null : hash,
      name: name ?? null,
      ...{ kind, width, height, frames, bytes },
      created_at: now,
      expires_at,
      taken_down_at: null,
      taken_down_reason: null,
    }
    if (!dryRun) {
      const file = { hash, bytes, thumbnail_bytes: taken.thumbnailBytes, touched_at: now }
      const brought = taken.file !== null && (await store.pictures.insertFile({ ...file, file: taken.file }))
      const held = brought
        ? await store.strays.adopt(pictureKeys(taken.file!))
        : await store.pictures.touchFile(hash, now)
      if (!held) throw new OperationError('unavailable', 'The upload took too long; send the file again.')
    }
    await store.pictures.insert(row)
    const picture = pictureOf(row, platform)
    await event(`pic/${row.id}`, 'pic.uploaded', `The picture ${picture.url} was uploaded.`)
    return picture
  },
})
