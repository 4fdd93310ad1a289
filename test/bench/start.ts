import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDaemon } from '../daemon.ts'
import { interleaved, median, ms, print, quantile, ratio, timed } from './harness.ts'

const rounds = 40
const run = promisify(execFile)
const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')

/** How long commands take from outside, start to exit, against the daemon's socket. */
export async function benchStart(): Promise<void> {
  const daemon = await createDaemon()
  try {
    await daemon.start()
    await run(process.execPath, [program, 'bouncer', 'create', '--wait'], { env: daemon.env })
    const node = process.execPath
    const commands: Record<string, readonly [string, readonly string[]]> = {
      'node -e 0': [node, ['-e', '0']],
      'irc-now --version': [node, [program, '--version']],
      'irc-now bouncer list': [node, [program, 'bouncer', 'list']],
    }
    const skipped: string[] = []
    const offer = async (name: string, command: string, args: readonly string[], why: string) => {
      const there = await run(command, args, { env: daemon.env, timeout: 5000 }).then(
        () => true,
        () => false,
      )
      if (there) commands[name] = [command, args]
      else skipped.push(`${name}: skipped, ${why}`)
    }
    await offer('gh --version', 'gh', ['--version'], 'gh is not installed')
    await offer('kubectl version --client', 'kubectl', ['version', '--client'], 'kubectl is not installed')
    if (process.env.KUBECONFIG) {
      const args = ['get', 'namespace', 'default', '--request-timeout=2s']
      await offer('kubectl get namespace default', 'kubectl', args, 'the API server of KUBECONFIG does not answer')
    } else skipped.push('kubectl get: skipped, KUBECONFIG names no API server')
    const times = await interleaved(
      Object.fromEntries(
        Object.entries(commands).map(([name, [command, args]]) => [
          name,
          () => timed(() => run(command, args, { env: daemon.env })),
        ]),
      ),
      rounds,
    )
    const bare = median(times['node -e 0']!)
    print(
      `Commands, ${rounds} runs each`,
      ['command', 'median', 'p99', 'against bare Node'],
      Object.entries(times).map(([name, all]) => [
        `\`${name}\``,
        ms(median(all)),
        ms(quantile(all, 0.99)),
        ratio(median(all) / bare),
      ]),
    )
    for (const line of skipped) console.log(`\n${line}`)
  } finally {
    await daemon.remove()
  }
}
