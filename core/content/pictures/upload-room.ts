import type { Runtime } from '../../operation/runtime.ts'
import { storageFull } from '../../operation/storage-error.ts'

/** An upload lies there as it came, rewritten, and where it is kept. */
const copies = 3

export interface UploadRoom {
  /** Throws `storage_full` where an upload of so many bytes, beside all others, would take what the database needs. */
  need(bytes: number): Promise<void>
  free(): void
}

/** The room that all uploads underway need, so that together they leave the database its own. */
export function createUploadRooms(hasRoom: Runtime['hasRoom']): () => UploadRoom {
  let all = 0
  return () => {
    let mine = 0
    const claim = (bytes: number) => {
      all += bytes - mine
      mine = bytes
    }
    return {
      async need(bytes) {
        claim(Math.max(mine, bytes * copies))
        if (!(await hasRoom(all))) throw storageFull()
      },
      free: () => claim(0),
    }
  }
}
