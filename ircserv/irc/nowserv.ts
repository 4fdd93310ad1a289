import { Client } from 'irc-framework'
import { answer, type ReplyBy } from './answer.ts'
import { createConfirmations } from './confirmations.ts'
import type { NowServDeps } from './deps.ts'
import { follow } from './follow.ts'
import { createFairQueue } from './queue.ts'
import { split } from './reply.ts'

export interface NowServConnection {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly nick: 'NowServ'
  readonly account: string
  readonly password: string
  /** PEM; signs in by SASL EXTERNAL instead of the password. */
  readonly clientCertificate?: { readonly privateKey: string; readonly certificate: string }
  readonly rejectUnauthorized?: boolean
  /** Commands a caller may burst, a second thereafter, and waiting; what is beyond is refused. */
  readonly limits?: { readonly burst: number; readonly perSecond: number; readonly waiting: number }
}

export interface NowServ {
  readonly connected: boolean
  stop(): Promise<void>
}

const defaultLimits = { burst: 10, perSecond: 2, waiting: 20 }
const firstWaitMs = 500
const longestWaitMs = 30_000

/** Keeps NowServ on the network until stopped: connects, answers, and comes back after a loss. */
export function startNowServ(connection: NowServConnection, deps: NowServDeps): NowServ {
  const client = new Client()
  const stopping = new AbortController()
  const replyBy = new Map<string, ReplyBy>()
  const confirmations = createConfirmations(deps)
  const queue = createFairQueue({ now: deps.now, parallel: 8, ...(connection.limits ?? defaultLimits) })
  const refused = new Set<string>()
  let registered = false
  let attempts = 0
  let retry: NodeJS.Timeout | undefined
  let nickTimer: NodeJS.Timeout | undefined

  const send = (command: string, to: string, text: string | null, tags: Record<string, string>) => {
    const message = new client.Message(command, to, ...(text === null ? [] : [text]))
    message.tags = tags
    client.raw(message)
  }

  client.requestCap(['message-tags', 'account-tag'])
  client.on('registered', () => {
    registered = true
    attempts = 0
    client.raw('MODE', client.user.nick, '+B')
    deps.log.info({ nick: client.user.nick }, 'NowServ is on the network')
    takeNick()
  })
  client.on('nick in use', () => {
    if (!registered) client.changeNick(`${connection.nick}${deps.random(3).toString('hex')}`)
  })
  client.on('nick', () => takeNick())
  client.on('sasl failed', ({ reason }) => deps.log.warn({ reason }, 'NowServ could not sign in'))
  client.on('close', () => {
    registered = false
    clearTimeout(nickTimer)
    if (stopping.signal.aborted) return
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts, 10)) * (0.5 + deps.random(1)[0]! / 512)
    attempts += 1
    deps.log.warn({ wait }, 'NowServ lost the network')
    retry = setTimeout(connect, wait)
  })
  client.on('privmsg', ({ nick, hostname, target, message, tags, account, batch }) => {
    // Without account-tag negotiated, the tag could be anybody's word.
    if (!client.network.cap.isEnabled('account-tag')) return
    if (target.toLowerCase() !== client.user.nick.toLowerCase() || nick === client.user.nick) return
    if ('bot' in tags || batch?.type === 'chathistory') return
    receive(nick, account || null, account ? `a ${account.toLowerCase()}` : `h ${hostname}`, message, tags.msgid)
  })

  function receive(nick: string, account: string | null, caller: string, message: string, msgid: string | undefined) {
    const tags: Record<string, string> = msgid ? { '+draft/reply': msgid } : {}
    const reply = (line: string) => send(replyBy.get((account ?? '').toLowerCase()) ?? 'NOTICE', nick, line, tags)
    const taken = queue.push(caller, async () => {
      refused.delete(caller)
      const typing = setTimeout(() => send('TAGMSG', nick, null, { '+typing': 'active' }), 150)
      const session = { deps, confirmations, replyBy, signal: stopping.signal }
      const { lines, follow: followed } = await answer(session, { nick, account }, message).finally(() =>
        clearTimeout(typing),
      )
      for (const line of lines) reply(line)
      if (!followed || account === null) return
      const announce = (text: string) => {
        for (const line of split(text)) send('NOTICE', nick, line, tags)
      }
      follow(deps, account, followed.command, followed.output, stopping.signal, announce).catch((err: unknown) => {
        if (!stopping.signal.aborted) deps.log.warn({ err, account }, 'NowServ lost track of a change')
      })
    })
    // Told once: answering each refused line would make a flood of a flood.
    if (taken || refused.has(caller)) return
    refused.add(caller)
    reply('[rate_limited] Too many commands at once; wait for the answers before you send more.')
  }

  function takeNick(): void {
    clearTimeout(nickTimer)
    if (!registered || client.user.nick === connection.nick) return
    client.raw('NICKSERV', 'GHOST', connection.nick)
    client.changeNick(connection.nick)
    nickTimer = setTimeout(takeNick, 5000)
  }

  function connect(): void {
    const certificate = connection.clientCertificate
    client.connect({
      host: connection.host,
      port: connection.port,
      tls: connection.tls,
      nick: connection.nick,
      username: 'nowserv',
      gecos: 'irc.now: /msg NowServ HELP',
      version: 'NowServ',
      account: { account: connection.account, password: connection.password },
      auto_reconnect: false,
      sasl_disconnect_on_fail: true,
      rejectUnauthorized: connection.rejectUnauthorized ?? true,
      ...(certificate && {
        sasl_mechanism: 'EXTERNAL',
        client_certificate: { private_key: certificate.privateKey, certificate: certificate.certificate },
      }),
    })
  }

  connect()
  return {
    get connected() {
      return registered && client.user.nick === connection.nick
    },
    async stop() {
      stopping.abort()
      clearTimeout(retry)
      clearTimeout(nickTimer)
      client.quit('Back soon')
    },
  }
}
