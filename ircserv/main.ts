import { OperationError } from '@irc-now/core/operation/errors'
import { storageError } from '@irc-now/core/operation/storage-error'
import { readConfiguration } from '@irc-now/core/platform/configuration'
import { takeHome } from '@irc-now/core/platform/home'
import { startDaemon } from './daemon.ts'
import { greeting } from './greeting.ts'
import { createLog } from './log.ts'
import packageJson from './package.json' with { type: 'json' }

const say = (text: string) => process.stderr.write(`${text}\n`)

try {
  const configuration = readConfiguration(process.env)
  const log = createLog(configuration.logLevel)
  const home = await takeHome(configuration.home, configuration.secretKey, configuration.roles)
  const begun = performance.now()
  const daemon = await startDaemon({
    configuration,
    home,
    version: packageJson.version,
    log,
    progress: (step) => say(`· ${step}`),
  })

  let stopping = false
  const stop = async (signal: string) => {
    // A second Ctrl-C is from somebody who won't wait; the children end with us in any case.
    if (stopping) process.exit(130)
    stopping = true
    say(`· stopping (${signal})`)
    await daemon.stop().catch((error) => log.error({ err: error }, 'stopping failed'))
    home.release()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal))

  say(greeting(daemon, { configuration, version: packageJson.version, seconds: (performance.now() - begun) / 1000 }))
} catch (thrown) {
  const error = storageError(thrown)
  say(
    error instanceof OperationError
      ? error.message
      : `irc.now could not start: ${error instanceof Error ? error.message : String(error)}`,
  )
  if (process.env.IRC_NOW_LOG === 'debug') console.error(error)
  process.exit(1)
}
