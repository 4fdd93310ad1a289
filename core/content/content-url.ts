import { isIP } from 'node:net'
import { OperationError } from '../operation/errors.ts'

/** The name below which others can be: an address has none, and browsers take all below localhost for this machine. */
export const parentHost = (publicHost: string) =>
  isIP(publicHost) || publicHost === 'localhost' ? 'localhost' : publicHost

/**
 * The origins at which pastes and pictures are seen. What members have made is kept from the host whose pages people
 * sign in on, so each is a host of its own. Throws `invalid_input` where two are the same.
 */
export function contentUrls(given: {
  httpUrl: string
  publicHost: string
  port: number
  txt: string | undefined
  pics: string | undefined
}): { txtUrl: string; picsUrl: string } {
  const { httpUrl, publicHost, port } = given
  const parent = parentHost(publicHost)
  const txtUrl = originOf('IRC_NOW_TXT_URL', given.txt ?? `http://txt.${parent}:${port}`)
  const picsUrl = originOf('IRC_NOW_PICS_URL', given.pics ?? `http://pics.${parent}:${port}`)
  // Cookies know hosts, but no ports.
  const hosts = [httpUrl, txtUrl, picsUrl].map((url) => new URL(url).hostname)
  if (new Set(hosts).size < hosts.length) {
    throw new OperationError(
      'invalid_input',
      'IRC_NOW_HTTP_URL, IRC_NOW_TXT_URL and IRC_NOW_PICS_URL want a host name each: what members publish must not be served where people sign in.',
    )
  }
  return { txtUrl, picsUrl }
}

function originOf(variable: string, text: string): string {
  const url = new URL(text)
  if (/^https?:$/.test(url.protocol) && `${url.pathname}${url.search}${url.hash}` === '/') return url.origin
  throw new OperationError('invalid_input', `${variable}: wants http or https and a host, without a path.`)
}
