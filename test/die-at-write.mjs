// Preloaded into the daemon by the crash test: ends it with SIGKILL at the write whose turn it is (before a transaction
// commits, before a command goes to soju, between the world's change and its record). Starting up writes too, so it
// counts only once the test has made the file DIE_WHEN.
import { existsSync } from 'node:fs'

const { DIE_AT, DIE_WHEN } = process.env
let count = 0
globalThis[Symbol.for('irc-now.fault')] = () => {
  if (!existsSync(DIE_WHEN)) return
  count += 1
  if (count === Number(DIE_AT)) process.kill(process.pid, 'SIGKILL')
}
