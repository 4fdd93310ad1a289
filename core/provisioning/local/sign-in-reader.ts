/** A sign-in's name as soju reads it: `NAME/NETWORK@CLIENT` stands for the user NAME. */
const userOf = (name: string) => name.split(/[/@]/)[0]!

/** SASL splits its answers after so many characters. */
const saslPiece = 400

/**
 * Reads the lines of a client that signs in to a bouncer, and says who it is as soon as that is known: at the last line of
 * a SASL answer, or where there are both PASS and USER. Null before.
 */
export function createSignInReader() {
  /** What has come of a SASL PLAIN answer; soju knows no other mechanism. */
  let answer: string | null = null
  let hasPass = false
  let user: string | null = null

  function hearSasl(word: string): string | null {
    if (answer === null || word === '*' || word === '') {
      answer = word.toUpperCase() === 'PLAIN' ? '' : null
      return null
    }
    if (word !== '+') answer += word
    if (word.length === saslPiece) return null
    const [identity, name = ''] = Buffer.from(answer, 'base64').toString('utf8').split('\0')
    answer = null
    return userOf(identity || name)
  }

  return (line: string): string | null => {
    const [, command = '', rest = ''] = /^(?:@\S+ +)?(?::\S+ +)?(\S+)(?: +(.*))?$/.exec(line.trimEnd()) ?? []
    const first = rest.startsWith(':') ? rest.slice(1) : rest.split(' ')[0]!
    switch (command.toUpperCase()) {
      case 'AUTHENTICATE':
        return hearSasl(first)
      case 'PASS':
        hasPass = first !== ''
        break
      case 'USER':
        user = userOf(first)
        break
      default:
        return null
    }
    return hasPass ? user : null
  }
}
