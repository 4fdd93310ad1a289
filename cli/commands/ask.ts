import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { byteSize } from '@irc-now/core/operation/byte-size'
import { OperationError } from '@irc-now/core/operation/errors'

/** Asks on the terminal; what is typed for a secret isn't shown. Ctrl-C and Ctrl-D end the command. */
export function ask(question: string, secret = false): Promise<string> {
  let quiet = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!quiet) process.stderr.write(chunk)
      done()
    },
  })
  const reader = createInterface({ input: process.stdin, output, terminal: true })
  return new Promise((resolve, reject) => {
    reader.once('close', () =>
      reject(new OperationError('confirmation_required', 'Nothing was typed, so nothing was done.')),
    )
    reader.question(`${question}: `, (answer) => {
      if (secret) process.stderr.write('\n')
      reader.removeAllListeners('close')
      reader.close()
      resolve(answer)
    })
    quiet = secret
  })
}

/** All that comes by a pipe, up to `most` bytes. */
export async function readPipe(most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > most) throw new OperationError('too_large', `What came in has more than ${byteSize(most)}; send less.`)
  }
  return Buffer.concat(chunks).toString()
}

/** One secret from a pipe, without the line break at its end. */
export const readSecret = async () => (await readPipe(10_000)).replace(/\r?\n$/, '')
