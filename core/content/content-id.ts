const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const length = 22

/** An id that nobody guesses and a double click selects: 128 random bits as 22 letters and digits. */
export function contentId(random: (bytes: number) => Buffer): string {
  let rest = BigInt(`0x${random(16).toString('hex')}`)
  let id = ''
  while (id.length < length) {
    id = alphabet[Number(rest % 62n)] + id
    rest /= 62n
  }
  return id
}

/** The id in what a person has at hand: itself, or the address that ends in it. */
export const idOfAddress = (text: string) => text.trim().replace(/^https?:\/\/[^/]+\/([^/?#.]+)\S*$/, '$1')
