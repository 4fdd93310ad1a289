import { labelOf } from '@irc-now/core/operation/label'
import { safe } from '../../print/text.ts'
import { type App, say } from '../app.ts'
import type { Item, Marks } from '../pane.ts'

export interface Copy {
  readonly key: 'y' | 'Y'
  readonly label: string
  readonly text: string
  readonly secret: boolean
}

/** What can be copied of a thing: its own address, and what of it is shown this once. */
export function copiesOf({ address, secrets }: Pick<Marks, 'address' | 'secrets'>, item: Item | null): Copy[] {
  const fields = [...new Set([...(address === null ? [] : [address]), ...secrets])]
  const there = fields.flatMap((field) => {
    const value = item?.[field]
    return typeof value === 'string'
      ? [{ label: field === address ? 'address' : safe(labelOf(field)), text: value, secret: secrets.includes(field) }]
      : []
  })
  return there.slice(0, 2).map((one, i) => ({ key: i === 0 ? 'y' : 'Y', ...one }))
}

/** Puts into the clipboard what the letter names; false where it names nothing. */
export function copy(app: App, marks: Pick<Marks, 'address' | 'secrets'>, item: Item | null, letter: string): boolean {
  const wanted = copiesOf(marks, item).find(({ key }) => key === letter)
  if (!wanted) return false
  app.copy(wanted.text)
  say(app, 'ok', wanted.secret ? `Copied: the ${wanted.label}.` : `Copied: ${wanted.text}`)
  return true
}
