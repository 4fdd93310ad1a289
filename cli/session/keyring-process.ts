import { AsyncEntry } from '@napi-rs/keyring'

/**
 * A process of its own (`get|set|delete ID`, the secret by stdin or stdout), because a keyring that doesn't answer
 * blocks the thread that asks it, for good. Leaves with 3 where nothing is kept.
 */
// Ctrl-C reaches all of a terminal's processes at once; whoever asked waits for the answer, or ends this one.
process.on('SIGINT', () => {})

const [action, id = ''] = process.argv.slice(2)
// Else Linux' kernel keyring would do, which forgets at the end of the session.
const entry = new AsyncEntry('irc-now', id, { linux: { store: 'secret-service' } })

if (action === 'set') {
  let secret = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) secret += chunk
  await entry.setPassword(secret)
} else if (action === 'delete') {
  await entry.deleteCredential()
} else {
  const secret = await entry.getPassword()
  if (secret === null) process.exitCode = 3
  else process.stdout.write(secret)
}
