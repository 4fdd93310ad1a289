/** How a terminal is given a picture: by one of three protocols, or as coloured half blocks, which are text. */
export interface Way {
  readonly how: 'kitty' | 'iterm2' | 'sixel' | 'blocks'
  /** Bits of colour: 24, 8 or 4. */
  readonly depth: number
  /** One character’s pixels. */
  readonly cell: { readonly width: number; readonly height: number }
}

/** The name by which kitty knows our picture: one at a time is there. */
export const kittyId = 1767

/** Room in the pane’s body, in rows and columns. */
export interface Box {
  readonly top: number
  readonly left: number
  readonly columns: number
  readonly rows: number
}

export interface DrawingJob {
  /** The picture’s file: WebP, PNG or JPEG. */
  readonly bytes: Uint8Array
  /** The one that shows most of it is taken. */
  readonly boxes: readonly Box[]
  readonly way: Way
}

export interface Drawing {
  /** What of its box it fills. */
  readonly box: Box
  /** Rows of half blocks; or null, and then `output` is to be written where the box begins. */
  readonly lines: readonly string[] | null
  readonly output: string | null
}

/** The pictures of one screen. */
export interface Pictures {
  /** After each change of the screen: has the picture drawn that is wanted there, and shows what is. */
  follow(): void
  /** Before the screen changes: takes away what lies over it, where that is no longer wanted. */
  sweep(): void
  /** Before the screen’s size changes, or it is left: takes it away whatever is wanted. */
  clear(): void
  /** Before somebody else has the screen, until `resume`. */
  pause(): void
  resume(): void
}

interface Pixels {
  readonly width: number
  readonly height: number
}

/** What a picture fills of a box without being enlarged; a half block is two pixels, one above the other. */
export function filled(box: Box, { width, height }: Pixels, { how, cell }: Way): Box {
  const one = how === 'blocks' ? { width: 1, height: 2 } : cell
  const scale = Math.min((box.columns * one.width) / width, (box.rows * one.height) / height, 1)
  const within = (most: number, pixels: number, each: number) =>
    Math.max(1, Math.min(most, Math.round((pixels * scale) / each)))
  return {
    ...box,
    columns: within(box.columns, width, one.width),
    rows: within(box.rows, height, one.height),
  }
}

/** The box in which most of the picture is seen, as far as it fills it. */
export const bestOf = (boxes: readonly Box[], picture: Pixels, way: Way): Box =>
  boxes
    .map((box) => filled(box, picture, way))
    .reduce((best, one) => (one.columns * one.rows > best.columns * best.rows ? one : best))
