import { expect, test } from 'vitest'
import { runCli } from '../../test/daemon.ts'
import { openCli, platformEnv, withPlatform } from '../../test/fake-platform.ts'

// A text alone, as it is: into a pipe byte by byte, onto a terminal so that nothing in it steers that.
const id = 'a'.repeat(22)
const text = 'one\n\ttwo\u001b[2J\u202e\r\nthree \u009b31m\n'
withPlatform({ 'paste.show': () => ({ id, title: 'a title', status: { phase: 'active', message: null }, text }) })

test('--raw prints the text and nothing else', async () => {
  expect(await runCli(['paste', 'show', id, '--raw'], platformEnv())).toEqual({ code: 0, stdout: text, stderr: '' })
  const screen = openCli(['paste', 'show', id, '--raw'])
  await screen.until(/left with 0/)
  expect(screen.text).toContain('one\n    two\\u001b[2J\\u202e\nthree \\u009b31m')
  expect(screen.text).not.toContain('a title')
  screen.close()
})

test('it is a flag of what shows a text, and goes with no other form', async () => {
  for (const [words, says] of [
    [['paste', 'show', id, '--raw', '--json'], '--raw prints nothing but the text; leave it out, or --json.'],
    [['paste', 'show', id, '--raw', '--watch'], '--raw prints nothing but the text; leave it out, or --watch.'],
    [['paste', 'list', '--raw'], 'There is no flag “--raw”'],
  ] as const) {
    const { code, stdout, stderr } = await runCli([...words], platformEnv())
    expect([code, stdout + stderr]).toEqual([2, expect.stringContaining(says)])
  }
})
