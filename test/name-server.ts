import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import type { FakeName } from '../core/provisioning/dns.fake.ts'

const types = { a: 1, cname: 5, txt: 16, aaaa: 28 }

/** A name server on loopback that knows the names in a map, which may change; `silent` answers nobody. */
export async function startNameServer(names: Map<string, FakeName>) {
  const state = { silent: false }
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    if (!state.silent) socket.send(answerTo(query, names), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    server: `127.0.0.1:${socket.address().port}`,
    state,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}

function answerTo(query: Buffer, names: Map<string, FakeName>): Buffer {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const type = query.readUInt16BE(at + 1)
  const records: Buffer[] = []
  let name = labels.join('.').toLowerCase()
  let known = names.get(name)
  for (; known?.alias !== undefined; known = names.get(name)) {
    records.push(record(name, types.cname, nameBytes(known.alias)))
    name = known.alias
  }
  for (const text of type === types.txt ? (known?.texts ?? []) : []) {
    const pieces = Buffer.from(text)
    const parts: Buffer[] = []
    for (let from = 0; from < pieces.length; from += 255) {
      const piece = pieces.subarray(from, from + 255)
      parts.push(Buffer.from([piece.length]), piece)
    }
    records.push(record(name, types.txt, Buffer.concat(parts)))
  }
  for (const address of known?.addresses ?? []) {
    if (isIPv4(address) && type === types.a)
      records.push(record(name, types.a, Buffer.from(address.split('.').map(Number))))
    if (!isIPv4(address) && type === types.aaaa) records.push(record(name, types.aaaa, addressBytes(address)))
  }
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8180 | (known || records.length > 0 ? 0 : 3), 2)
  header.writeUInt16BE(records.length, 6)
  header.writeUInt32BE(0, 8)
  return Buffer.concat([header, query.subarray(12, at + 5), ...records])
}

const nameBytes = (name: string) =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ])

function addressBytes(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::')
  const words = (text: string) => text.split(':').filter(Boolean)
  const missing = 8 - words(head).length - words(tail).length
  const all = [...words(head), ...Array.from({ length: missing }, () => '0'), ...words(tail)]
  return Buffer.concat(all.map((word) => Buffer.from(word.padStart(4, '0'), 'hex')))
}

function record(name: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(1, 4)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([nameBytes(name), fixed, data])
}
