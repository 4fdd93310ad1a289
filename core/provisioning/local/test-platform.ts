import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { testPort } from '../../../test/ports.ts'
import { type AuthPaths, authPaths, clientAddressHeader, serviceHeader } from './auth-endpoint.ts'
import type { LocalListen } from './services.ts'

export interface AskedLogin {
  readonly service: 'soju' | 'ergo'
  readonly name: string
  readonly serviceHeader: string | undefined
  readonly clientAddress: string | undefined
}

/** Stands in for what the platform serves sojus and ergo: knows passwords in memory, and takes uploads. */
export class TestPlatform {
  readonly passwords = new Map<string, string>()
  readonly asked: AskedLogin[] = []
  /** Whose uploads sojus have handed over. */
  readonly uploads: string[] = []
  readonly url: string
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(stateDir: string): Promise<TestPlatform> {
    const paths = await authPaths(stateDir)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const platform = new TestPlatform(server)
    server.on('request', (request, response) => {
      if (request.url === paths.uploads) {
        platform.uploads.push(String(request.headers['soju-username']))
        request.resume()
        return void response.writeHead(201, { location: 'http://pic.example/1' }).end()
      }
      const service = serviceOf(request.url, paths)
      const [name = '', ...password] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':')
      if (!service || request.method !== 'POST') return void response.writeHead(404).end()
      const header = (key: string) => request.headers[key]?.toString()
      platform.asked.push({
        service,
        name,
        serviceHeader: header(serviceHeader),
        clientAddress: header(clientAddressHeader),
      })
      const known = [...platform.passwords].find(([key]) => key.toLowerCase() === `${service}/${name}`.toLowerCase())
      if (!known || known[1] !== password.join(':')) return void response.writeHead(403).end()
      const account = known[0].slice(service.length + 1)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ account }))
    })
    return platform
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function serviceOf(url: string | undefined, paths: AuthPaths): 'soju' | 'ergo' | null {
  return url === paths.soju ? 'soju' : url === paths.ergo ? 'ergo' : null
}

export async function freeListen(): Promise<LocalListen> {
  const address = async () => ({ host: '127.0.0.1', port: await testPort() })
  return { irc: await address(), ircs: await address(), bouncer: await address(), bouncerTls: await address() }
}
