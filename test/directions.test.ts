import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const planted = join(root, 'core', 'operation', 'planted-violation.ts')
afterEach(() => rm(planted, { force: true }))

test('a planted violation of the directions is caught', async () => {
  await writeFile(planted, "import { createLog } from '../../ircserv/log.ts'\nexport const log = createLog('info')\n")
  const cruise = promisify(execFile)('npx', ['depcruise', '--config', '.dependency-cruiser.cjs', 'core/operation'], {
    cwd: root,
  })
  await expect(cruise).rejects.toMatchObject({ stdout: expect.stringContaining('core-knows-no-front-end') })
})
