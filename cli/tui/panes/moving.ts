import type { App } from '../app.ts'
import type { Key } from '../keys.ts'

/** Moves a cursor among `length` rows; null where the key doesn't move. */
export function moved(key: Key, cursor: number, length: number, page: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    down: 1,
    pageup: -page,
    pagedown: page,
    home: -length,
    end: length,
    k: -1,
    j: 1,
    g: -length,
    G: length,
  }
  const step = steps[key.name === 'text' ? key.text : key.name]
  return step === undefined ? null : Math.max(0, Math.min(length - 1, cursor + step))
}

export const pageOf = (app: App) => Math.max(1, app.size.rows - 10)
