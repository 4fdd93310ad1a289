import type { Readable } from 'node:stream'

const longestLine = 4096

/** Splits a stream into lines; longer ones are cut, control characters become spaces (nobody's text steers a terminal). */
export function collectLines(stream: Readable, hear: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('error', () => {})
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = (parts.pop() ?? '').slice(0, longestLine)
    for (const part of parts) tell(part)
  })
  stream.on('end', () => tell(rest))
  function tell(raw: string): void {
    const line = plainText(raw.slice(0, longestLine))
    if (line !== '') hear(line)
  }
}

/** One line that can be shown anywhere: no control characters, no direction overrides. */
export function plainText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim()
}
