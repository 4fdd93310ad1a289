import { SupervisedService } from './supervisor.ts'

/** A little daemon for the supervisor's test: supervises a sleeping shell, says so, and waits to be killed. */
const [folder, marker] = process.argv.slice(2) as [string, string]
const service = new SupervisedService(
  {
    name: 'sleeper',
    command: '/bin/sh',
    args: ['-c', process.env.SLEEPER ?? 'while :; do sleep 1; done', marker],
    cwd: folder,
    env: process.env,
    pidFile: `${folder}/sleeper.pid`,
    marker,
    presence: `${folder}/runs`,
    ready: async () => {},
  },
  { log: () => {}, graceMs: 300 },
)
await service.start()
process.stdout.write(`${service.pid}\n`)
setInterval(() => {}, 1000)
