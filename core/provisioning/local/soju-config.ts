import { join } from 'node:path'
import { hostPort, type ListenAddress } from './ports.ts'

export interface SojuConfigInput {
  readonly folder: string
  readonly hostname: string
  readonly title: string
  readonly plain: ListenAddress
  readonly adminSocket: string
  /** Where passwords are checked; carries the endpoint's token. */
  readonly authUrl: string
  readonly uploads: SojuUploads | null
}

/** What clients upload through soju (`soju.im/FILEHOST`), which asks for their password. */
export interface SojuUploads {
  /** Where soju passes it on; carries the endpoint's token. */
  readonly to: string
  /** The unix socket at which soju takes it. */
  readonly socket: string
  /** The platform's own origin, which clients are told: `/uploads` there has to reach the socket. */
  readonly origin: string
}

export const sojuMotd = `This is the irc.now bouncer. Your networks are managed by irc-now or by /msg NowServ on net.irc.now.
`

/** soju's configuration. No `enable-user-on-auth`: users are made by the platform alone. */
export function sojuConfig(input: SojuConfigInput): string {
  const directives: [string, ...string[]][] = [
    ['hostname', input.hostname],
    ['title', input.title],
    ['motd', join(input.folder, 'motd.txt')],
    ['db', 'sqlite3', join(input.folder, 'soju.db')],
    ['message-store', 'db'],
    ['auth', 'http', input.authUrl],
    // Of a user's own additions; the platform passes -ignore-limit, its plans say how many.
    ['max-user-networks', '0'],
    ['listen', `unix+admin://${input.adminSocket}`],
    ['listen', `irc+insecure://${hostPort(input.plain.host, input.plain.port)}`],
    // The front tells it by whom it is really asked.
    ['accept-proxy-ip', '127.0.0.0/8', '::1/128'],
    ...(input.uploads ? uploadDirectives(input.uploads) : []),
  ]
  return `${directives.map((words) => words.map(quote).join(' ')).join('\n')}\n`
}

const uploadDirectives = ({ to, socket, origin }: SojuUploads): [string, ...string[]][] => [
  ['file-upload', 'http', to],
  ['http-ingress', origin],
  ['listen', `http+unix://${socket}`],
]

function quote(word: string): string {
  if (/[\r\n\0]/.test(word)) throw new TypeError('A word of soju.conf cannot contain a line break.')
  return `"${word.replace(/["\\]/g, '\\$&')}"`
}
