import { isIPv6 } from 'node:net'
import { type DesiredBouncer, type DesiredUpstream, ProvisionerRejected } from '../provisioner.port.ts'

/** Names also become file names and words of IRC: these characters mean nothing to anybody. */
const username = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,63}$/
const upstreamName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const hostname = /^[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?$/
const longestText = 2000

/** The last line of defence: what passes here is safe in every command and every file name. */
export function checkDesired(desired: DesiredBouncer): void {
  checkUsername(desired.username)
  checkWord('The nick', desired.nick)
  checkText('The real name', desired.realname)
  const seen = new Set<string>()
  for (const upstream of desired.upstreams) {
    checkUpstream(upstream)
    if (seen.has(upstream.name)) throw new ProvisionerRejected(`There are two upstreams named ${upstream.name}.`)
    seen.add(upstream.name)
  }
}

export function checkUsername(name: string): void {
  if (!username.test(name)) throw new ProvisionerRejected('The user name has a character that no bouncer takes.')
}

function checkUpstream(upstream: DesiredUpstream): void {
  const { host, port, sasl } = upstream
  if (!upstreamName.test(upstream.name)) throw new ProvisionerRejected('An upstream’s name has a character it cannot.')
  if (!hostname.test(host) && !isIPv6(host)) throw new ProvisionerRejected('The host is neither a name nor an address.')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new ProvisionerRejected('There is no such port.')
  if (upstream.serverFingerprint !== null && !/^[0-9a-f]{64}$/.test(upstream.serverFingerprint)) {
    throw new ProvisionerRejected('The server’s fingerprint is not a SHA-256 in hexadecimal digits.')
  }
  checkWord('The nick', upstream.nick)
  if (upstream.username !== null) checkWord('The user name', upstream.username)
  if (upstream.realname !== null) checkText('The real name', upstream.realname)
  if (upstream.pass !== null) checkText('The password', upstream.pass)
  if (sasl.mechanism === 'plain') {
    checkText('The SASL user name', sasl.username)
    checkText('The SASL password', sasl.password)
  }
  for (const channel of upstream.channels) {
    checkWord('A channel', channel)
    if (channel.includes(',')) throw new ProvisionerRejected('A channel cannot contain a comma.')
  }
}

function checkWord(what: string, value: string): void {
  checkText(what, value)
  if (value === '' || value.startsWith(':') || /\s/.test(value)) {
    throw new ProvisionerRejected(`${what} is a single word, and does not start with a colon.`)
  }
}

function checkText(what: string, value: string): void {
  if (value.length > longestText) throw new ProvisionerRejected(`${what} is too long.`)
  if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
    throw new ProvisionerRejected(`${what} cannot contain line breaks or other control characters.`)
  }
}
