/**
 * soju's own name for a message, as its delivery receipts and detached channels have it: base64url of BARE's
 * `version, network, target, store, message`.
 */
export interface SojuMessageId {
  readonly network: bigint
  readonly target: string
  readonly message: bigint
}

/** Messages in soju's database; other stores count otherwise. */
const inDatabase = 3n

/** Null for what is none, or one of another store. */
export function parseMessageId(text: string): SojuMessageId | null {
  const bytes = Buffer.from(text, 'base64url')
  let at = 0
  const uint = () => {
    let value = 0n
    for (let shift = 0n; at < bytes.length; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    return null
  }
  if (uint() !== 0n) return null
  const network = uint()
  const length = uint()
  if (network === null || length === null || length > BigInt(bytes.length - at)) return null
  const target = bytes.toString('utf8', at, at + Number(length))
  at += Number(length)
  if (uint() !== inDatabase) return null
  const message = uint()
  // Signed numbers alternate: 0, -1, 1, -2, …
  return message === null
    ? null
    : { network: network % 2n === 0n ? network / 2n : -(network + 1n) / 2n, target, message }
}

export function formatMessageId({ network, target, message }: SojuMessageId): string {
  const bytes: number[] = []
  const uint = (number: bigint) => {
    let rest = number
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
    bytes.push(Number(rest))
  }
  const name = Buffer.from(target)
  uint(0n)
  uint(network >= 0n ? network * 2n : -network * 2n - 1n)
  uint(BigInt(name.length))
  bytes.push(...name)
  uint(inDatabase)
  uint(message)
  return Buffer.from(bytes).toString('base64url')
}
