import { ownNetwork } from '../upstreams/upstream.ts'

/** How a bouncer is reached. `pin` is the SHA-256 of a self-signed certificate, in hexadecimal digits. */
export interface BouncerAccess {
  readonly host: string
  readonly port: number
  /** Alone it stands for all networks, which only clients with bouncer-networks can be on by one connection. */
  readonly username: string
  readonly nick: string
  readonly pin: string | null
}

export const ircClients = ['weechat', 'irssi', 'senpai', 'halloy', 'goguma', 'other'] as const
type IrcClient = (typeof ircClients)[number]

const lines = (...all: (string | false)[]) => all.filter((line) => line !== false).join('\n')

/** `host:port`, as URLs have it. */
export const addressOf = ({ host, port }: BouncerAccess) => `${host.includes(':') ? `[${host}]` : host}:${port}`

/**
 * What to type into each client, or to put into its configuration file, line by line. WeeChat and irssi know no bouncer's
 * networks, so that they connect to one; they are told the certificate's fingerprint, where senpai and Halloy can only be
 * told not to check a self-signed one.
 */
export function clientSettings(access: BouncerAccess): Record<IrcClient, string> {
  const { host, port, username, nick, pin } = access
  // TOML and scfg read quotes and backslashes as JSON does.
  const nickname = JSON.stringify(nick)
  const address = addressOf(access)
  const onOneNetwork = `${username}/${ownNetwork}`
  return {
    weechat: lines(
      `/server add irc-now ${host}/${port} -tls -autoconnect -sasl_username=${onOneNetwork} -sasl_password=PASSWORD${pin ? ` -tls_fingerprint=${pin}` : ''}`,
      '/connect irc-now',
    ),
    irssi: lines(
      `/network add -sasl_mechanism PLAIN -sasl_username ${onOneNetwork} -sasl_password PASSWORD irc-now`,
      `/server add -auto -tls ${pin ? `-notls_verify -tls_pinned_cert ${colons(pin)} ` : ''}-network irc-now ${host} ${port}`,
      '/connect irc-now',
    ),
    senpai: lines(
      `address "${pin ? 'ircs+insecure' : 'ircs'}://${address}"`,
      `nickname ${nickname}`,
      `username "${username}"`,
      'password "PASSWORD"',
    ),
    halloy: lines(
      '[servers.irc-now]',
      `nickname = ${nickname}`,
      `server = "${host}"`,
      `port = ${port}`,
      pin !== null && 'dangerously_accept_invalid_certs = true',
      '',
      '[servers.irc-now.sasl.plain]',
      `username = "${username}"`,
      'password = "PASSWORD"',
    ),
    goguma: lines(
      `Server: ${address}`,
      `Nickname: ${username}`,
      'Password: PASSWORD',
      pin !== null && 'It asks about the certificate; “Accept Always” remembers it.',
    ),
    other: lines(
      `Server ${host}, port ${port}, TLS on`,
      `SASL PLAIN with user ${onOneNetwork} and PASSWORD`,
      `(another network: its name after the slash; “${username}” alone in clients with soju.im/bouncer-networks)`,
    ),
  }
}

const colons = (pin: string) => pin.toUpperCase().match(/../g)?.join(':') ?? pin
