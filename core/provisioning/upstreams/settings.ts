import type { z } from 'zod'
import type { Context } from '../../operation/context.ts'
import { OperationError } from '../../operation/errors.ts'
import { assertPublicAddress } from './private-address.ts'
import { formatAddress, parseAddress, type settings } from './upstream.ts'
import type { UpstreamRow } from './upstream-store.ts'

type Place = Pick<UpstreamRow, 'host' | 'port' | 'tls' | 'nick'>

type Settings = { [K in keyof typeof settings]?: z.output<(typeof settings)[K]> }

/** The columns that an address stands for, checked against what this platform lets members reach. */
export function addressColumns(context: Context, address: string) {
  const parsed = parseAddress(address)
  if (!context.platform.privateUpstreams && context.actor.role !== 'ops') assertPublicAddress(parsed.host)
  return parsed
}

/** Throws `conflict` where another upstream of the bouncer has the same address and nick: it holds no such two. */
export async function assertApart({ store }: Context, bouncerId: string, name: string, place: Place): Promise<void> {
  const twin = (await store.upstreams.list(bouncerId)).find(
    (row) => row.name !== name && row.nick === place.nick && formatAddress(row) === formatAddress(place),
  )
  if (!twin) return
  throw new OperationError(
    'conflict',
    `“${twin.name}” is there already as ${place.nick}; give another address or another nick.`,
    { field: 'nick' },
  )
}

/** The columns that a member's settings stand for; what is absent stays as it was in `before`. */
export function settingColumns(context: Context, input: Settings, before: UpstreamRow | null) {
  const seal = (text: string | null | undefined, old: string | null | undefined) =>
    text === undefined ? (old ?? null) : text === null ? null : context.seal(text)
  const kept = <T>(value: T | undefined, old: T | undefined) => (value === undefined ? (old ?? null) : value)
  const saslUsername = kept(input.saslUsername, before?.sasl_username)
  const sealedSaslPassword = seal(input.saslPassword, before?.sealed_sasl_password)
  // A password given without a mechanism can only mean PLAIN.
  const sasl = input.sasl ?? (input.saslPassword ? 'plain' : (before?.sasl ?? 'none'))
  if (sasl === 'plain' && !(saslUsername && sealedSaslPassword)) {
    throw new OperationError(
      'invalid_input',
      'SASL PLAIN wants a user name and a password: give saslUsername and saslPassword.',
      {
        field: saslUsername ? 'saslPassword' : 'saslUsername',
      },
    )
  }
  return {
    username: kept(input.username, before?.username),
    realname: kept(input.realname, before?.realname),
    server_fingerprint: kept(input.serverFingerprint, before?.server_fingerprint),
    sealed_pass: seal(input.pass, before?.sealed_pass),
    sasl,
    sasl_username: saslUsername,
    sealed_sasl_password: sealedSaslPassword,
    channels: input.channels ? JSON.stringify([...new Set(input.channels)]) : (before?.channels ?? '[]'),
    enabled: input.enabled ?? before?.enabled ?? true,
  }
}
