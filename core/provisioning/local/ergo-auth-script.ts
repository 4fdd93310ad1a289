/** What the script reads from the file that is its only argument (0600: other users see arguments, not this). */
export interface ErgoAuthSettings {
  readonly host: string
  readonly port: number
  readonly path: string
  /** SHA-256 of a client certificate → the service account that it proves. */
  readonly certificates: Readonly<Record<string, string>>
  /** Accounts that only a certificate proves. */
  readonly certificateOnly: readonly string[]
}

/**
 * The program that ergo starts for each log-in: one JSON line in, one out. It is text, not a module, because it must
 * start fast and stand alone beside the configuration, whatever the rest is bundled into. HTTP/1.0 by hand saves
 * loading an HTTP client, half of its start-up time.
 */
export const ergoAuthScript = `import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const lower = (names) => names.map((name) => name.toLowerCase())
const serviceAccounts = lower(Object.values(settings.certificates))
const certificateOnly = lower(settings.certificateOnly)

function answer(result) {
  process.stdout.write(JSON.stringify(result) + '\\n', () => process.exit(0))
}

function decide(line) {
  const { accountName = '', passphrase = '', certfp, ip = '' } = JSON.parse(line)
  if (certfp && !accountName) {
    const account = settings.certificates[certfp]
    return answer(account ? { success: true, accountName: account } : { success: false })
  }
  const name = accountName.toLowerCase()
  if (name === '' || name.includes(':') || certificateOnly.includes(name)) return answer({ success: false })
  ask(accountName, passphrase, ip)
}

function ask(accountName, passphrase, ip) {
  const basic = Buffer.from(accountName + ':' + passphrase, 'utf8').toString('base64')
  const socket = connect(settings.port, settings.host)
  let reply = ''
  socket.setEncoding('utf8').setTimeout(8000, () => socket.destroy(new Error('it did not answer within 8 s')))
  socket.on('data', (chunk) => { reply += chunk })
  socket.on('error', (error) => answer({ success: false, error: 'the platform could not be asked: ' + error.message }))
  socket.on('end', () => understand(reply, accountName.toLowerCase()))
  socket.write('POST ' + settings.path + ' HTTP/1.0\\r\\nHost: ' + settings.host + '\\r\\nAuthorization: Basic ' + basic +
    '\\r\\nIrc-Now-Service: ergo\\r\\nIrc-Now-Client-Address: ' + ip.replace(/[^0-9a-fA-F.:%]/g, '') +
    '\\r\\nContent-Length: 0\\r\\n\\r\\n')
}

function understand(reply, asked) {
  const status = /^HTTP\\/1\\.\\d (\\d{3})/.exec(reply)?.[1]
  if (status === '403') return answer({ success: false })
  if (status !== '200') return answer({ success: false, error: 'the platform answered ' + (status ?? 'nothing') })
  const { account } = JSON.parse(reply.slice(reply.indexOf('\\r\\n\\r\\n') + 4))
  if (typeof account !== 'string' || account === '') return answer({ success: false })
  // Nobody comes out as a service without having asked for it by its name.
  const proved = account.toLowerCase()
  if (serviceAccounts.includes(proved) && proved !== asked) return answer({ success: false })
  answer({ success: true, accountName: account })
}

process.on('uncaughtException', (error) => answer({ success: false, error: error.message }))
let input = ''
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  input += chunk
  const end = input.indexOf('\\n')
  if (end >= 0) {
    process.stdin.destroy()
    decide(input.slice(0, end))
  }
})
`
