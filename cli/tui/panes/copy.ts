import { type App, say } from '../app.ts'
import type { Item } from '../pane.ts'

/** The web address that a thing has among its fields, or null. */
export const addressOf = (item: Item | null): string | null =>
  Object.values(item ?? {}).find((value): value is string => /^https?:\/\/\S+$/.test(String(value))) ?? null

/** Puts the address into the clipboard; false where there is none. */
export function copyAddress(app: App, item: Item | null): boolean {
  const address = addressOf(item)
  if (address === null) return false
  app.copy(address)
  say(app, 'ok', `Copied: ${address}`)
  return true
}
