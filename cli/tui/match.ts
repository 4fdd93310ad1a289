/** Whether a row stays under a filter: a plain substring in any of its cells, or, after `!`, in none of them. */
export function keeps(filter: string, cells: readonly string[]): boolean {
  const inverse = filter.startsWith('!')
  const wanted = (inverse ? filter.slice(1) : filter).trim().toLowerCase()
  if (wanted === '') return true
  const found = cells.some((cell) => cell.toLowerCase().includes(wanted))
  return found !== inverse
}

/** The rank of words that only have the letters, in order. */
export const scattered = 5

/** How well `query` names `words` (`bouncer create`); lower is better, null is not at all. */
export function rank(query: string, words: string): number | null {
  const wanted = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const text = words.toLowerCase()
  if (wanted.length === 0) return 0
  if (text === wanted.join(' ')) return 0
  // `b cr`, `create`: each word begins one of the words, in order.
  if (beginsInOrder(wanted, text.split(' '))) return text.startsWith(wanted[0]!) ? 1 : 2
  // `bu`, `bcr`: beginnings of words, written as one.
  if (wanted.length === 1 && isOfBeginnings(wanted[0]!, text.split(' '))) return 3
  if (text.includes(wanted.join(' '))) return 4
  let place = -1
  for (const letter of wanted.join('')) {
    place = text.indexOf(letter, place + 1)
    if (place < 0) return null
  }
  return scattered
}

/** Whether the letters are beginnings of all of the first words, in order. */
function isOfBeginnings(letters: string, [word, ...more]: readonly string[]): boolean {
  if (letters === '') return true
  if (word === undefined) return false
  for (let length = 1; length <= letters.length && word.startsWith(letters.slice(0, length)); length += 1)
    if (isOfBeginnings(letters.slice(length), more)) return true
  return false
}

function beginsInOrder(wanted: readonly string[], words: readonly string[]): boolean {
  let next = 0
  for (const word of words) if (next < wanted.length && word.startsWith(wanted[next]!)) next += 1
  return next === wanted.length
}
