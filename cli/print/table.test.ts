import { expect, test } from 'vitest'
import { runCli } from '../../test/daemon.ts'
import { answers, openCli, platformEnv, withPlatform } from '../../test/fake-platform.ts'

// The built command line on a real terminal, and into a pipe.
const address = `ircs://${'x'.repeat(80)}:6697`
withPlatform({
  'upstream.list': () => ({
    items: [{ bouncer: 'main', name: 'libera', address, status: { phase: 'ready', message: null }, nick: 'alice' }],
  }),
})

test('on a terminal no row of a table is wrapped; elsewhere, and in JSON, nothing is cut', async () => {
  const screen = openCli(['upstream', 'list'])
  await screen.until(/left with 0/)
  expect(screen.overlong).toBe(0)
  expect(screen.text).toMatch(/^main +libera +ircs:\/\/x+… +ready +alice$/m)
  screen.close()
  const piped = await runCli(['upstream', 'list'], platformEnv())
  expect(piped).toMatchObject({ code: 0, stdout: expect.stringContaining(address) })
  const json = openCli(['upstream', 'list', '--json'])
  await json.until(/left with 0/)
  expect(json.text.replaceAll('\n', '')).toContain(address)
})

test('in a pipe a sentence moves only its own row', async () => {
  const message = 'The network does not answer; it is tried again, the longer it lasts the less often, until it does.'
  const upstream = { bouncer: 'main', name: 'oftc', address: 'ircs://oftc:6697', nick: 'alice' }
  answers['upstream.list'] = () => ({
    items: [
      { ...upstream, status: { phase: 'connected', message: null } },
      { ...upstream, status: { phase: 'disconnected', message } },
    ],
  })
  const { stdout } = await runCli(['upstream', 'list'], platformEnv())
  const [headings, short, long] = stdout.split('\n')
  expect(headings).toMatch(/^BOUNCER +NAME +ADDRESS +STATUS {56}NICK$/)
  expect(short).toMatch(/ connected {53}alice$/)
  expect(long).toContain(` disconnected: ${message}  alice`)
})
