/** Rows around the body: header, tabs, a blank one; then the notice, two commands, the keys. */
const around = 7
/** Where there is little room, the blank row and the commands go. */
const aroundWhenLow = 4
const low = 14

export const isLow = ({ rows }: { rows: number }) => rows < low

export const bodyHeight = (size: { rows: number }) => Math.max(1, size.rows - (isLow(size) ? aroundWhenLow : around))

/** A code needs all the room there is: only the header and the keys are beside it. */
export const codeHeight = ({ rows }: { rows: number }) => Math.max(1, rows - 2)

/** The row in which the body begins, from 0: below the header, the tabs and a blank one. */
export const bodyTop = (size: { rows: number }) => (size.rows <= 4 ? 1 : isLow(size) ? 2 : 3)
