import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./keyring.js', import.meta.url))
const patienceMs = 3000

/** Asks the system's keyring; null is nothing kept. Rejects when it is absent, locked or hasn't answered in 3 s. */
export function askKeyring(action: 'get' | 'set' | 'delete', id: string, secret = ''): Promise<string | null> {
  return new Promise((resolve, reject) => {
    if (!existsSync(program)) return reject(new Error('irc-now is not built'))
    const child = spawn(process.execPath, [program, action, id], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    })
    let kept = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      kept += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(kept)
      else if (code === 3) resolve(null)
      else reject(new Error('the keyring does not answer'))
    })
    // It may be gone before it has read.
    child.stdin.on('error', () => {})
    child.stdin.end(secret)
  })
}
