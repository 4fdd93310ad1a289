export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly signal?: AbortSignal | undefined
}

/**
 * One request to the daemon of this machine, by HTTP/1.0: the answer comes in one piece and ends the connection. Node’s
 * own HTTP does it too, but takes longer to get going than all else of a short command. Null where the answer broke
 * off; rejects where none came.
 */
export function answerBySocket(
  socketPath: string,
  { method, path, headers, body, signal }: Request,
): Promise<{ status: number; text: string } | null> {
  const head = [
    `${method} ${path} HTTP/1.0`,
    'host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return new Promise((resolve, reject) => {
    if (head.some((line) => /[^\t\x20-\x7e]/.test(line))) throw new TypeError('A header can’t hold such characters')
    const chunks: Buffer[] = []
    let failure: Error | undefined
    const socket = process.getBuiltinModule('node:net').connect({ path: socketPath, ...(signal ? { signal } : {}) })
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', (error) => {
      failure = error
    })
    socket.on('close', () => {
      if (signal?.aborted || chunks.length === 0) reject(failure ?? new Error('The connection was closed'))
      else resolve(read(Buffer.concat(chunks)))
    })
    socket.write(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`)
  })
}

function read(bytes: Buffer): { status: number; text: string } | null {
  const end = bytes.indexOf('\r\n\r\n')
  const head = bytes.toString('latin1', 0, Math.max(0, end))
  const status = /^HTTP\/1\.\d (\d{3}) /.exec(head)?.[1]
  const length = /^content-length: *(\d+) *$/im.exec(head)?.[1]
  const body = bytes.subarray(end + 4)
  const text = body.toString()
  // Where no length is said the connection's end is the answer's, and half of a JSON object is none.
  const whole = length === undefined ? isJson(text) : body.length === Number(length)
  return status !== undefined && whole ? { status: Number(status), text } : null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
