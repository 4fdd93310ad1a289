import { join } from 'node:path'
import { openDiskFiles } from '../content/files.disk.ts'
import type { Files } from '../content/files.port.ts'
import type { Configuration } from './configuration.ts'

/** Large content's storage: a folder in the home, or S3 where that is set up. */
export async function openFiles({ s3 }: Pick<Configuration, 's3'>, home: string): Promise<Files> {
  if (s3 === null) return openDiskFiles(join(home, 'files'))
  // The SDK takes its time to load, which whoever has no S3 needn't wait for.
  const { openS3Files } = await import('../content/files.s3.ts')
  return openS3Files(s3)
}
