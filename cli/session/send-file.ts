import type { ClientRequest } from 'node:http'
import type { Readable } from 'node:stream'

/** Sends it piece by piece, telling how many bytes have gone. What is answered before all has gone counts, so the rest then stays here. */
export function sendFile(
  source: Readable,
  outgoing: ClientRequest,
  progress: (sent: number) => void,
  reject: (error: unknown) => void,
): void {
  let sent = 0
  source.on('data', (chunk: Buffer) => {
    sent += chunk.length
    progress(sent)
    if (outgoing.write(chunk)) return
    source.pause()
    outgoing.once('drain', () => source.resume())
  })
  source.once('end', () => outgoing.end())
  source.once('error', (error) => {
    reject(error)
    outgoing.destroy()
  })
  outgoing.once('response', () => source.destroy())
  outgoing.once('error', () => source.destroy())
}
