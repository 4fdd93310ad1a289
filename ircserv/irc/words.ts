export interface Word {
  readonly text: string
  /** It begins with a quote or \, so it is a value, whatever it looks like. */
  readonly quoted: boolean
  /** The quote in it that nothing closes. */
  readonly open?: string
}

/** A word as it is typed without quotes. */
export const plainWord = (text: string): Word => ({ text, quoted: false })

/** Splits a line as a shell would: spaces part words, quotes and \ keep them together. */
export function wordsOf(line: string): Word[] {
  const words: Word[] = []
  let word: string | null = null
  let quoted = false
  let quote: string | null = null
  for (let i = 0; i < line.length; i += 1) {
    const character = line[i]!
    if (word === null) quoted = /["'\\]/.test(character)
    if (character === '\\' && quote !== "'" && i + 1 < line.length) {
      i += 1
      word = (word ?? '') + line[i]
    } else if (quote !== null) {
      if (character === quote) quote = null
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== null) words.push({ text: word, quoted })
      word = null
    } else {
      word = (word ?? '') + character
    }
  }
  if (word !== null) words.push({ text: word, quoted, ...(quote === null ? {} : { open: quote }) })
  return words
}
