import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPrograms } from './programs.ts'
import { testPrograms } from './test-programs.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'programs-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const options = (more: Partial<Parameters<typeof findPrograms>[0]> = {}) => ({
  path: '',
  cacheDir: join(folder, 'cache'),
  progress: () => {},
  ...more,
})

async function fake(name: string, script: string): Promise<string> {
  await mkdir(join(folder, 'bin'), { recursive: true })
  const path = join(folder, 'bin', name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

describe('finding soju and ergo', () => {
  test('as the settings say', async () => {
    const { soju, ergo } = await testPrograms()
    const found = await findPrograms(options({ soju: soju.path, ergo: ergo.path }))
    expect(found.soju.path).toBe(soju.path)
    expect(found.ergo).toMatchObject({ path: ergo.path, version: expect.stringMatching(/^2\.\d+/) })
  })

  test('a setting that is wrong is named', async () => {
    const old = await fake('ergo', 'echo ergo-2.14.0')
    await expect(findPrograms(options({ ergo: old }))).rejects.toThrow(/IRC_NOW_ERGO is .*not version 2.15 or later/)
    await expect(findPrograms(options({ soju: '/bin/true' }))).rejects.toThrow(/IRC_NOW_SOJU is .*not version 0.9/)
    await expect(findPrograms(options({ soju: join(folder, 'none') }))).rejects.toThrow(/which is not a program/)
    await expect(findPrograms(options({ soju: 'soju' }))).rejects.toThrow(/set it to an absolute path/)
  })

  test('on PATH, passing over what is too old', async () => {
    const { soju, ergo } = await testPrograms()
    await fake('ergo', 'echo ergo-2.14.0')
    await fake('ergochat', `exec ${ergo.path} "$@"`)
    await fake('soju', `exec ${soju.path} "$@"`)
    const found = await findPrograms(options({ path: `relative:${join(folder, 'bin')}` }))
    expect(found.ergo.path).toBe(join(folder, 'bin', 'ergochat'))
    expect(found.soju.path).toBe(join(folder, 'bin', 'soju'))
  })

  test('else fetched once, also by two at the same time, and remembered', async () => {
    const steps: string[] = []
    const fetching = options({ progress: (step) => steps.push(step) })
    const [one, two] = await Promise.all([findPrograms(fetching), findPrograms(fetching)])
    expect(one).toEqual(two)
    expect(one.soju.path.startsWith(folder)).toBe(true)
    expect(steps.length).toBeGreaterThan(0)
    steps.length = 0
    expect(await findPrograms(fetching)).toEqual(one)
    expect(steps).toEqual([])
    const left = await readdir(join(folder, 'cache', 'irc-now', 'programs'))
    expect(left).toHaveLength(2)
    expect(left).toContain('current.json')
  })
})
