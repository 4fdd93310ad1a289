import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { beBusy } from '../../../test/busy.ts'
import { askTerminal, type Terminal } from './ask-terminal.ts'

test('the rest of an answer that came while the program was busy is no key', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const input = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8')
  const [terminal] = (await once(server, 'connection')) as [Socket]
  const answers = ['\x1b_Gi=31;OK\x1b\\', '\x1b[?62;22c']
  const pieces = [answers[0]!.slice(0, 8), `${answers[0]!.slice(8)}key${answers[1]}`]
  const keys: string[] = []
  input.on('readable', () => {
    for (let text = input.read(); text !== null; text = input.read()) keys.push(text)
    const rest = pieces.shift()
    if (rest === undefined) return
    terminal.write(rest)
    beBusy(300)
  })
  const asked = askTerminal({ input: input as unknown as Terminal['input'], write: () => undefined }, '')
  terminal.write(pieces.shift()!)
  expect([await asked, keys.join('')]).toEqual([answers.join(''), 'key'])
  input.destroy()
  server.close()
})
