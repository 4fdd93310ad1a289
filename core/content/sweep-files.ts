import { faultPoint } from '../operation/faults.ts'
import type { Runtime } from '../operation/runtime.ts'
import type { Files } from './files.port.ts'
import { pictureKeys } from './pictures/picture-store.ts'

/** How long a file is kept that nothing refers to: an upload of the same picture may just be under way. */
export const unusedMs = 3_600_000

/** Deletes the files that nothing refers to any more, after the rows that did. Answers how many. */
export async function sweepFiles(
  { transaction, now, files }: Pick<Runtime, 'transaction' | 'now'> & { readonly files: Files },
  signal?: AbortSignal,
  size = 200,
): Promise<number> {
  for (let dropped = size; dropped === size && !signal?.aborted; ) {
    dropped = await transaction(async (store) => {
      const names = await store.pictures.dropFiles(new Date(now().getTime() - unusedMs), size)
      await store.strays.add(names.flatMap(pictureKeys), now())
      return names.length
    })
  }
  let count = 0
  for (let claimed = size; claimed === size && !signal?.aborted; count += claimed) {
    const keys = await transaction((store) => store.strays.claim(now(), size))
    claimed = keys.length
    if (claimed === 0) break
    for (const key of keys) await files.delete(key)
    faultPoint('files')
    await transaction((store) => store.strays.forget(keys))
  }
  return count
}
