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

/** Column widths that fit into `total` with `gap` between them: the widest give way first; what finds no room is 0. */
export function fitted(widths: readonly number[], total: number, gap = 2, least = 8): number[] {
  const shown = widths.map((width) => Math.min(width, Math.max(total, least)))
  const used = () => shown.filter((width) => width > 0).reduce((sum, width) => sum + width + gap, -gap)
  while (used() > total) {
    const widest = Math.max(...shown)
    const last = shown.findLastIndex((width) => width > 0)
    if (widest > least) shown[shown.lastIndexOf(widest)] = widest - 1
    else if (last > 0) shown[last] = 0
    else return shown.map((width) => Math.min(width, total))
  }
  return shown
}
