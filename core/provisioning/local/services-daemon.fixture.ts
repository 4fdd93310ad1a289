import { startLocalServices } from './services.ts'
import { freeListen, TestPlatform } from './test-platform.ts'
import { testPrograms } from './test-programs.ts'

/** A little daemon for the services' test: starts everything, says which processes, and waits to be killed. */
const stateDir = process.argv[2]!
const platform = await TestPlatform.start(stateDir)
const services = await startLocalServices({
  stateDir,
  programs: await testPrograms(),
  listen: await freeListen(),
  authUrl: platform.url,
  log: () => {},
})
process.stdout.write(`${services.ergo.service.pid} ${services.soju.service.pid}\n`)
setInterval(() => {}, 1000)
