import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import Provider from 'oidc-provider'

export const program = fileURLToPath(new URL('../bin/irc-now.js', import.meta.url))

const ttl = { RefreshToken: 86_400, Grant: 86_400, Session: 3600, Interaction: 600, IdToken: 600 }
const form = (ctx: { body: unknown }, html?: unknown) => {
  ctx.body = String(html ?? '')
}

/** A platform to sign in to: a real OIDC provider, the metadata that names it, and an API that checks its tokens. */
export async function startPlatform(options: { deviceCodeSeconds?: number; accessTokenSeconds?: number } = {}) {
  /** What tests look at and change while it runs. */
  const state = {
    refreshes: 0,
    refused: new Set<string>(),
    lastToken: '',
    /** Waited for before a token request is answered, and before `account.show`. */
    holdTokens: null as Promise<unknown> | null,
    holdAccount: null as Promise<unknown> | null,
    onHold: () => {},
    resource: '',
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${url}/oidc`
  state.resource = url

  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'irc-now-cli',
        token_endpoint_auth_method: 'none',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    scopes: ['openid', 'offline_access'],
    cookies: { keys: ['a key of the test'] },
    ttl: {
      ...ttl,
      AccessToken: options.accessTokenSeconds ?? 600,
      DeviceCode: options.deviceCodeSeconds ?? 600,
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client!.clientId,
        accountId: ctx.oidc.session!.accountId!,
      })
      grant.addOIDCScope('openid offline_access')
      grant.addResourceScope(url, 'api')
      await grant.save()
      return grant
    },
    features: {
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true, userCodeInputSource: form, userCodeConfirmSource: form, successSource: form },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => url,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'api',
          audience: url,
          accessTokenFormat: 'jwt',
        }),
      },
    },
  })
  provider.use(async (ctx, next) => {
    await next()
    const body = ctx.body as { device_code?: string; interval?: number } | undefined
    if (body?.device_code) body.interval = 1
  })
  provider.on('grant.success', (ctx) => {
    if (ctx.oidc.params?.grant_type === 'refresh_token') state.refreshes += 1
  })
  const oidc = provider.callback()
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))

  async function handle(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse) {
    const path = request.url ?? '/'
    const json = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (path.startsWith('/oidc')) {
      if (path === '/oidc/token' && state.holdTokens) {
        state.onHold()
        await state.holdTokens
      }
      request.originalUrl = path
      request.url = path.slice('/oidc'.length) || '/'
      return oidc(request, response)
    }
    if (path === '/.well-known/oauth-protected-resource')
      return json(200, { resource: state.resource, authorization_servers: [issuer], scopes_supported: ['api'] })
    if (path.startsWith('/v1/account.show') && state.holdAccount) {
      state.onHold()
      await state.holdAccount
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const verified = state.refused.has(token)
      ? null
      : await jwtVerify(token, keys, { issuer, audience: url, typ: 'at+jwt' }).catch(() => null)
    if (!verified) return json(401, { code: 'not_signed_in', detail: 'This token has expired.' })
    state.lastToken = token
    return json(200, path.startsWith('/v1/account.show') ? { name: verified.payload.sub } : { items: [] })
  }

  return {
    url,
    issuer,
    state,
    provider,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Does in a browser's place what the link asks for: the code, yes or no, and who one is. */
export async function decide(link: string, account: string, approve = true): Promise<void> {
  const cookies = new Map<string, string>()
  const visit = async (url: string, form?: Record<string, string>): Promise<{ url: string; html: string }> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    for (const one of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      if (name !== undefined && value !== undefined) cookies.set(name, value)
    }
    const to = response.headers.get('location')
    if (to) return visit(new URL(to, url).href)
    return { url, html: await response.text() }
  }
  const field = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? ''
  const page = new URL(link)
  const { html } = await visit(link)
  const form = { xsrf: field(html, 'xsrf'), user_code: page.searchParams.get('user_code') ?? '' }
  const device = `${page.origin}${page.pathname}`
  await visit(device, form)
  if (!approve) return void (await visit(device, { ...form, abort: 'yes' }))
  const login = await visit(device, { ...form, confirm: 'yes' })
  await visit(login.url, { prompt: 'login', login: account, password: 'anything' })
}

/** A home of its own for the built command line, with no keyring in reach. */
export async function createTerminal() {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-session-'))
  const config = join(folder, 'config', 'irc-now')
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_RUNTIME_DIR: join(folder, 'none'),
    NO_COLOR: '1',
    TERM: 'xterm-256color',
  }
  const children: ChildProcess[] = []
  const ends: Promise<unknown>[] = []

  function start(args: readonly string[], more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      said.stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      said.stderr += chunk
    })
    const ended = new Promise<{ exit: number | null; stdout: string; stderr: string }>((resolve) =>
      child.once('close', (exit) => resolve({ exit, ...said })),
    )
    ends.push(ended)
    /** The link to approve, once it is said. */
    const link = async () => {
      for (;;) {
        const found = /http:\S+user_code=\S+(?=\s)/.exec(said.stderr)?.[0]
        if (found) return found
        if (child.exitCode !== null) throw new Error(said.stderr)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    return { child, ended, link, said }
  }
  const run = (args: readonly string[], more: Record<string, string> = {}) => start(args, more).ended

  return {
    folder,
    config,
    env,
    start,
    run,
    /** Signs in as `account`, and answers with what was said. */
    async login(url: string, account: string, args: readonly string[] = [], more: Record<string, string> = {}) {
      const { link, ended } = start(['login', '--url', url, ...args], more)
      await decide(await link(), account)
      return ended
    },
    /** The profile's token file. */
    async tokenFile(profile: string) {
      const names = await readdir(join(config, 'tokens')).catch(() => [])
      const name = names.find((one) => one.startsWith(`${profile}-`))
      if (name === undefined) return null
      const path = join(config, 'tokens', name)
      const token = JSON.parse(await readFile(path, 'utf8')) as { access: string; refresh: string; expiresAt: number }
      return { path, token, write: (other: object) => writeFile(path, JSON.stringify({ ...token, ...other })) }
    },
    async remove() {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(ends)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
