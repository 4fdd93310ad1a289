import { BlockList, isIP } from 'node:net'
import { OperationError } from '../../operation/errors.ts'

const blocked = new BlockList()
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  blocked.addSubnet(address, bits, 'ipv4')
}
for (const [address, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  blocked.addSubnet(address, bits, 'ipv6')
}

/** Throws `not_allowed` for addresses inside the platform's own network, where members have no business. */
export function assertPublicAddress(host: string): void {
  const family = isIP(host)
  const inside =
    family === 0
      ? /^localhost\.?$|\.(localhost|local|internal|cluster\.local)\.?$/i.test(host)
      : blocked.check(host, family === 6 ? 'ipv6' : 'ipv4')
  if (!inside) return
  throw new OperationError(
    'not_allowed',
    'A bouncer here only connects to public addresses; give the network’s public name.',
    { field: 'address' },
  )
}
