import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PrivateApt } from '@irc-now/core/provisioning/local/apt'
import { openTerminal } from '../terminal.ts'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const sources = `deb [signed-by=${keyring}] http://deb.debian.org/debian trixie main\n`

/** senpai, an IRC client with uploads: from SENPAI, or from Debian into the cache folder, as soju and ergo are fetched. */
export async function findSenpai(): Promise<string> {
  if (process.env.SENPAI) return process.env.SENPAI
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'irc-now')
  const place = join(cache, 'senpai')
  const program = join(place, 'usr/bin/senpai')
  if (await stat(program).catch(() => null)) return program
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'fetching-senpai-'))
  try {
    const apt = await PrivateApt.prepare(work, sources)
    await apt.update()
    await mkdir(join(work, 'root'))
    await apt.unpack(['senpai'], join(work, 'root'))
    // Somebody who was faster put the same there.
    await rename(join(work, 'root'), place).catch(() => stat(program))
    return program
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** senpai on a terminal, signed in at the bouncer's plain port of this machine. */
export async function openSenpai(folder: string, at: { port: number; username: string; password: string }) {
  const configuration = join(folder, 'senpai.scfg')
  const lines = [
    `address irc+insecure://127.0.0.1:${at.port}`,
    `nickname ${at.username}`,
    `username ${at.username}`,
    `password ${at.password}`,
  ]
  await writeFile(configuration, `${lines.join('\n')}\n`, { mode: 0o600 })
  return openTerminal(await findSenpai(), ['-config', configuration], {
    env: { HOME: folder, PATH: process.env.PATH, LANG: 'C.UTF-8' },
    columns: 110,
    rows: 30,
  })
}
