import type { PictureKind } from './sniff.ts'

/** What a picture may cost; what would cost more is refused before it does. */
export const pictureLimits = {
  /** Of all frames together. */
  pixels: 50_000_000,
  frames: 500,
  /** A thumbnail fits into a square of so many pixels. */
  thumbnail: 480,
  /** All the work on one picture, in milliseconds. */
  timeMs: 30_000,
  /** Resident memory of the process that does the work. */
  memoryBytes: 1_200_000_000,
} as const

/** One picture's work: three paths, two of which are yet to be written. */
export interface EncodingJob {
  readonly input: string
  readonly picture: string
  readonly thumbnail: string
}

export interface EncodedPicture {
  readonly kind: PictureKind
  readonly width: number
  readonly height: number
  readonly frames: number
  /** Of the file written, as of the thumbnail's. */
  readonly bytes: number
  readonly thumbnailBytes: number
  /** SHA-256 of the file written, hexadecimal. */
  readonly hash: string
}

export type Refusal = 'unknown' | 'broken' | 'pixels' | 'frames' | 'costly'

export type EncodingAnswer =
  | { readonly picture: EncodedPicture }
  | { readonly refusal: Refusal }
  | { readonly failure: string }
