import { startTestServices } from './test-services.ts'

/** A little daemon for the services' test: starts everything, says which processes, and waits to be killed. */
const { services } = await startTestServices({ stateDir: process.argv[2]! })
process.stdout.write(`${services.ergo.service.pid} ${services.soju.service.pid}\n`)
setInterval(() => {}, 1000)
