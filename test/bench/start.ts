import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDaemon } from '../daemon.ts'
import { interleaved, median, ms, print, quantile, ratio, timed } from './harness.ts'

const rounds = 40
/** So many bouncers are listed, and so many objects of a cluster. */
const listed = 5
const label = 'bench=irc-now'
const run = promisify(execFile)
const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')

/** How long commands take from outside, start to exit, against the daemon's socket. */
export async function benchStart(): Promise<void> {
  const daemon = await createDaemon()
  try {
    await daemon.start()
    for (let i = 0; i < listed; i += 1)
      await run(process.execPath, [program, 'bouncer', 'create', `b${i}`, '--wait'], { env: daemon.env })
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
    if (process.env.KUBECONFIG && (await fillCluster(daemon.env))) {
      const args = ['get', 'configmaps', '--selector', label]
      await offer('kubectl get configmaps', 'kubectl', args, 'it fails')
    } else skipped.push('kubectl get: skipped, KUBECONFIG names no API server that answers')
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
    if (process.env.KUBECONFIG) await kubectl(daemon.env, 'delete', 'configmaps', '--selector', label)
    await daemon.remove()
  }
}

const kubectl = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  run('kubectl', [...args, '--request-timeout=5s'], { env }).then(
    () => true,
    () => false,
  )

/** As many objects as there are bouncers, told from others by their label. */
async function fillCluster(env: NodeJS.ProcessEnv): Promise<boolean> {
  for (let i = 0; i < listed; i += 1) {
    const name = `irc-now-bench-${i}`
    if (!(await kubectl(env, 'create', 'configmap', name, '--from-literal=nick=alice'))) return false
    if (!(await kubectl(env, 'label', 'configmap', name, label))) return false
  }
  return true
}
