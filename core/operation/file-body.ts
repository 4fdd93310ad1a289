import type { Readable } from 'node:stream'
import { z } from 'zod'

/** A file as it comes in: bytes that are read once, in pieces, and never held as a whole. */
export class FileBody {
  readonly stream: Readable
  /** How many bytes the sender says there are; null where it doesn't. */
  readonly size: number | null

  constructor(stream: Readable, size: number | null = null) {
    this.stream = stream
    this.size = size
  }
}

/** An input field that is a file of at most so many bytes: each front end sends it in its own way, and none inside JSON. */
export const fileBody = (most: number) =>
  z
    .custom<FileBody>(
      (value) => value instanceof FileBody,
      'There is no file, or it is empty; send it as the body of the request.',
    )
    .meta({ body: 'file', maxLength: most })
