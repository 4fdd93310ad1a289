import { type App, say } from '../app.ts'
import type { Item } from '../pane.ts'

/** Where a thing's own address stands: in its other fields somebody may have written any address. */
const addressFields = ['url', 'link'] as const

/** The web address of a thing, or null. */
export const addressOf = (item: Item | null): string | null =>
  addressFields
    .map((name) => item?.[name])
    .find((value): value is string => typeof value === 'string' && /^https?:\/\/\S+$/.test(value)) ?? null

/** Puts the address into the clipboard; false where there is none. */
export function copyAddress(app: App, item: Item | null): boolean {
  const address = addressOf(item)
  if (address === null) return false
  app.copy(address)
  say(app, 'ok', `Copied: ${address}`)
  return true
}
