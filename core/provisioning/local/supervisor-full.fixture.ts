import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { SupervisedService } from './supervisor.ts'

// A daemon whose files are all open when its service has to be started again, and which closes them once that has failed.
// Says `back` when the service runs again.
const [, , folder = ''] = process.argv
const marker = join(folder, 'marker')
const taken: number[] = []
const service = new SupervisedService(
  {
    ...{
      name: 'sleeper',
      command: '/bin/sh',
      args: ['-c', 'exec sleep 30', marker],
      cwd: folder,
      env: process.env,
      marker,
    },
    pidFile: join(folder, 'sleeper.pid'),
    ready: async () => {},
  },
  {
    log(_, line) {
      if (/EMFILE/.test(line)) for (const file of taken.splice(0)) closeSync(file)
    },
    onReady(restarted) {
      if (!restarted) return
      console.log('back')
      service.stop()
    },
  },
)
await service.start()
try {
  for (;;) taken.push(openSync('/dev/null', 'r'))
} catch {
  process.kill(service.pid!, 'SIGKILL')
}
