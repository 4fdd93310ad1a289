import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { privateFolder, readTextFile, writePrivateFile } from './private-files.ts'

/**
 * How soju and ergo ask the platform whether somebody may sign in.
 *
 * `POST /internal/auth/{soju|ergo}/{token}` with Basic credentials (account or bouncer name : password). 200 lets in,
 * 403 refuses, anything else counts as an error. For ergo the 200's JSON body `{"account": "Name"}` says which account
 * that is, with its capitals; ergo also sends `Irc-Now-Service: ergo` and `Irc-Now-Client-Address: IP` (soju 0.9 sends
 * neither). The token keeps everybody else on this machine from guessing passwords here.
 *
 * `POST /internal/uploads/{token}`: what somebody uploads through soju, whose name (bouncer name) is in `Soju-Username`.
 */
export interface AuthPaths {
  readonly soju: string
  readonly ergo: string
  readonly uploads: string
}

export const serviceHeader = 'irc-now-service'
export const clientAddressHeader = 'irc-now-client-address'

/** The paths that the daemon must serve on its loopback listener; the token is made once and kept. */
export async function authPaths(stateDir: string): Promise<AuthPaths> {
  await privateFolder(stateDir)
  const path = join(stateDir, 'auth-token')
  let token = (await readTextFile(path))?.trim()
  if (!token || !/^[\w-]{43}$/.test(token)) {
    token = randomBytes(32).toString('base64url')
    await writePrivateFile(path, token)
  }
  return {
    soju: `/internal/auth/soju/${token}`,
    ergo: `/internal/auth/ergo/${token}`,
    uploads: `/internal/uploads/${token}`,
  }
}
