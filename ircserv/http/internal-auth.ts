import type { LoginService } from '@irc-now/core/accounts/check-login'
import { Hono } from 'hono'
import type { ApiBindings } from './api.ts'

export interface InternalAuthDeps {
  /** `/internal/auth/soju/TOKEN` and the like: whoever knows the path is soju or ergo. */
  readonly paths: { readonly soju: string; readonly ergo: string }
  checkLogin(service: LoginService, username: string, password: string): Promise<string | null>
}

/** The endpoint at which soju and ergo ask whether somebody may sign in. Loopback only. */
export function createInternalAuth({ paths, checkLogin }: InternalAuthDeps): Hono<{ Bindings: ApiBindings }> {
  const auth = new Hono<{ Bindings: ApiBindings }>()
  for (const [path, service] of [
    [paths.soju, 'bouncer'],
    [paths.ergo, 'network'],
  ] as const) {
    auth.post(path, async (c) => {
      if (!/^(127\.|::1$|::ffff:127\.)/.test(c.env.address)) return c.notFound()
      const credentials = basicOf(c.req.header('authorization'))
      const account = credentials && (await checkLogin(service, credentials.username, credentials.password))
      return account ? c.json({ account }) : c.json({ error: 'refused' }, 403)
    })
  }
  return auth
}

function basicOf(header: string | undefined): { username: string; password: string } | null {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,2048})$/i.exec(header ?? '') ?? []
  const [, username, password] =
    /^([^:]{1,200}):([\s\S]*)$/.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? []
  return username === undefined || password === undefined ? null : { username, password }
}
