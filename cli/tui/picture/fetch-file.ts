import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

const most = 4 * 1024 * 1024
const limitMs = 10_000

/** A small file by its address; null where it can’t be had. */
export function fetchFile(address: string): Promise<Uint8Array | null> {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || !/^https?:$/.test(url.protocol)) return Promise.resolve(null)
  // As in browsers, all below localhost is this machine, whatever its resolver knows.
  const hostname = url.hostname.endsWith('.localhost') ? '127.0.0.1' : url.hostname
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>()
  const asked = (url.protocol === 'https:' ? requestHttps : requestHttp)({
    hostname,
    port: url.port,
    path: url.pathname + url.search,
    headers: { host: url.host, accept: 'image/webp' },
    signal: AbortSignal.timeout(limitMs),
  })
  asked.once('error', () => resolve(null))
  asked.once('response', async (response) => {
    const chunks: Buffer[] = []
    let size = 0
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > most) break
        chunks.push(chunk)
      }
    } catch {
      return resolve(null)
    }
    resolve(response.statusCode === 200 && size <= most ? Buffer.concat(chunks) : null)
  })
  asked.end()
  return promise
}
