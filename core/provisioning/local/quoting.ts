import { ProvisionerRejected } from '../provisioner.port.ts'

/** Longest command line, bytes. soju itself sets no limit. */
const longestCommand = 16_384

/**
 * One word for soju's command line. Always in double quotes: its splitter loses a last word that ends in an escaped
 * space. Line breaks and NUL would end the IRC line that carries it and are refused.
 */
export function quoteWord(word: string): string {
  if (/[\r\n\0]/.test(word) || !word.isWellFormed()) {
    throw new ProvisionerRejected('A value cannot contain line breaks, NUL or broken characters.')
  }
  return `"${word.replace(/["\\]/g, '\\$&')}"`
}

export function quoteCommand(words: readonly string[]): string {
  const line = words.map(quoteWord).join(' ')
  if (Buffer.byteLength(line) > longestCommand) throw new ProvisionerRejected('A value is too long.')
  return line
}
