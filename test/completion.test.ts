import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completionScript } from '../cli/commands/completion.ts'
import { keys, openTerminal } from './terminal.ts'

/** How each shell is started without a person's own settings, and told of a script in `folder` as help says. */
const shells: readonly (readonly [string, readonly string[], (folder: string) => string])[] = [
  ['bash', ['--norc', '--noprofile', '-i'], (folder) => `. ${folder}/bash`],
  ['zsh', ['-f'], (folder) => `fpath=(${folder} $fpath); autoload -U compinit; compinit -D -u`],
  ['zsh', ['-f'], (folder) => `autoload -U compinit; compinit -D -u; eval "$(cat ${folder}/_irc-now)"`],
  ['fish', ['--no-config'], (folder) => `source ${folder}/fish`],
]

/** It answers what it was asked by the first words that there are; the real one is tested beside its code. */
const stub = `#!/bin/sh
for last; do :; done
for word in bouncer billing; do case $word in "$last"*) echo $word;; esac; done
`
const isThere = (shell: string) => spawnSync(shell, ['-c', 'exit']).status === 0
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-completion-'))
  await writeFile(join(folder, 'irc-now'), stub, { mode: 0o755 })
  await writeFile(join(folder, 'picture.png'), '')
  for (const [shell, file] of [
    ['bash', 'bash'],
    ['zsh', '_irc-now'],
    ['fish', 'fish'],
  ] as const)
    await writeFile(join(folder, file), completionScript(shell))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(shells)('%s %j', (shell, args, load) => {
  test.skipIf(!isThere(shell))('completes at the first Tab, and offers files where nothing of ours fits', async () => {
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, PS1: '> ' }
    const screen = openTerminal(shell, args, { env })
    const typed = async (text: string, seen: RegExp) => {
      screen.type(text)
      await screen.until(seen)
    }
    await typed(`cd ${folder}; ${load(folder)}; printf 're%s\\n' ady${keys.enter}`, /^ready/m)
    await typed(`irc-now bo${keys.tab}`, /irc-now bouncer/)
    await typed(`${keys.eraseLine}irc-now pic upload ./pi${keys.tab}`, /irc-now pic upload \.\/picture\.png/)
    screen.close()
    expect(completionScript(shell)).toContain('irc-now --complete')
  })
})
