let segments: Intl.Segmenter | undefined

/** Text as the characters that a person sees; a cursor stands between two of them. */
export function charactersOf(text: string): string[] {
  segments ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return [...segments.segment(text)].map(({ segment }) => segment)
}

/** The text in at most `width` columns, as `widthOf` counts them; what doesn't fit ends in `…`. */
export function cutTo(text: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= width) return text
  if (width <= 0) return ''
  let kept = ''
  let used = 0
  for (const character of charactersOf(text)) {
    const wide = widthOf(character)
    if (used + wide > width - 1) break
    kept += character
    used += wide
  }
  return `${kept}…`
}

/**
 * Column widths that fit into `total` with `gap` between them, 0 for those without room: the last are left out until
 * `least` of each remains, then the widest give way first. What is `whole` is never cut while it fits at all.
 */
export function fitted(
  widths: readonly number[],
  total: number,
  whole: (column: number) => boolean = () => false,
  gap = 2,
  least = 8,
): number[] {
  const sum = (some: readonly number[]) => some.reduce((all, width) => all + width + gap, -gap)
  const smallest = widths.map((width, i) => (whole(i) ? width : Math.min(width, least)))
  while (smallest.length > 1 && sum(smallest) > total) smallest.pop()
  const shown = widths.slice(0, smallest.length)
  while (sum(shown) > total) {
    const widest = Math.max(...shown.filter((width, i) => width > smallest[i]!))
    if (widest === Number.NEGATIVE_INFINITY) return widths.map((_, i) => (i === 0 ? Math.max(0, total) : 0))
    const i = shown.findLastIndex((width, column) => width === widest && width > smallest[column]!)
    shown[i] = widest - 1
  }
  return widths.map((_, i) => shown[i] ?? 0)
}
