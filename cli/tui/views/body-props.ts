import type { App } from '../app.ts'
import type { Pane } from '../pane.ts'

/** What draws a pane: it may use so many columns and rows, and not one more. */
export interface BodyProps<P extends Pane> {
  readonly app: App
  readonly pane: P
  readonly columns: number
  readonly height: number
}
