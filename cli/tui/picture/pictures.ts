import type { App } from '../app.ts'
import { draw } from './draw.ts'
import { type Drawing, kittyId, type Pictures, type Way } from './drawing.ts'
import { fetchFile } from './fetch-file.ts'
import { placedOf, type Wanted, wantedOf } from './place.ts'

/**
 * Pictures beside the things they are of. Half blocks are a part of the screen’s text; what kitty, iTerm2 and sixels
 * draw lies over it: the screen is blank there, is written first, and takes the picture away before it changes.
 */
export function createPictures(
  app: App,
  screen: {
    findWay(): Promise<Way | null>
    write(text: string): void
    /** All that is to be seen has been written. */
    flushed(): Promise<void>
    /** Empties the screen, which is then written anew. */
    erase(): void
  },
): Pictures {
  let way: Promise<Way | null> | undefined
  let how: Way['how'] | null = null
  let shown: string | null = null
  let paused = false
  let file: { address: string; bytes: Promise<Uint8Array | null> } | null = null

  async function drawn({ address, boxes }: Wanted): Promise<Drawing | null> {
    way ??= screen.findWay()
    const found = await way
    if (!found) return null
    how = found.how
    if (file?.address !== address) file = { address, bytes: fetchFile(address) }
    const bytes = await file.bytes
    return bytes && draw({ bytes, boxes, way: found })
  }

  async function show(of: string): Promise<void> {
    await screen.flushed()
    const placed = placedOf(app)
    if (placed?.of !== of || shown === of || paused) return
    shown = of
    screen.write(`\x1b7\x1b[${placed.top + 1};${placed.left + 1}H${placed.output}\x1b8`)
  }

  const pictures: Pictures = {
    follow() {
      const wanted = wantedOf(app)
      if (!wanted) return
      const { pane, of } = wanted
      const placed = placedOf(app)
      if (placed && shown !== of) void show(of)
      if (pane.picture?.of === of) return
      const picture = { of, drawing: null }
      pane.picture = picture
      void drawn(wanted).then((drawing) => {
        if (pane.picture !== picture || !drawing) return
        pane.picture = { of, drawing }
        app.changed()
      })
    },
    sweep() {
      if (shown !== null && placedOf(app)?.of !== shown) pictures.clear()
    },
    clear() {
      if (shown === null) return
      shown = null
      if (how === 'kitty') screen.write(`\x1b_Ga=d,d=I,i=${kittyId},q=2\x1b\\`)
      else screen.erase()
    },
    pause() {
      pictures.clear()
      paused = true
    },
    resume() {
      paused = false
      app.changed()
    },
  }
  return pictures
}
