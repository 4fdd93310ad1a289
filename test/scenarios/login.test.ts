import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createBrowser } from '../form-browser.ts'
import { connectIrc } from '../irc-client.ts'
import { daemon, folder, withDaemon } from './daemon.fixture.ts'

// A member on another machine than the platform's: nothing but `irc-now login` and a browser.
withDaemon()

const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')

/** The command line as the member has it: no daemon, no socket, no keyring. */
function member(...words: string[]) {
  const env = { PATH: process.env.PATH, HOME: folder, IRC_NOW_HOME: join(folder, 'none'), NO_COLOR: '1', CI: 'true' }
  const child = spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk) => (said.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk) => (said.stderr += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { said, ended: ended.then((code) => ({ code, ...said })) }
}

test('login, a bouncer, a chat through it, and logout', async () => {
  const url = `http://127.0.0.1:${daemon.ports.http}`
  const login = member('login', '--url', url, '--no-browser')
  await expect.poll(() => login.said.stderr).toMatch(/user_code=\S+\s/)
  const [link] = /http\S+user_code=[\w-]+/.exec(login.said.stderr)!
  const browser = createBrowser()
  const signIn = await browser.submit(await browser.submit(await browser.open(link)))
  const register = await browser.open(`${signIn.url}/register`)
  await browser.submit(register, { name: 'vera', password: 'a long enough one' })
  expect(await login.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('vera') })

  expect(await member('bouncer', 'create', '--wait').ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/status +ready/),
  })
  const { password } = JSON.parse((await member('password', 'create', 'laptop', '--json').ended).stdout)
  const client = await connectIrc(daemon.ports.bouncer, 'vera', { username: 'vera/net.irc.now', password })
  await client.until(/ 001 /)
  await client.until(/NETWORK=net\.irc\.now/)
  client.send('JOIN #vera')
  await client.until(/ 366 /)
  client.close()
  // A member is no operator, and sees nothing of the owner's.
  expect((await member('platform', 'status').ended).code).toBe(5)

  expect((await member('logout').ended).code).toBe(0)
  // The profile stays, without a token, so that it says how to come back.
  expect(await member('bouncer', 'list').ended).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('run “irc-now login --profile default”'),
  })
})
