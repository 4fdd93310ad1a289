import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { Client } from 'irc-framework'
import { answer } from './answer.ts'
import { createConfirmations } from './confirmations.ts'
import { withData } from './data.ts'
import type { NowServDeps, ReplyBy } from './deps.ts'
import { follow } from './follow.ts'
import { createNotices, type NoticeLink } from './notices.ts'
import { createFairQueue } from './queue.ts'
import { problemLines, split } from './reply.ts'

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
  /** SHA-256 of the server's certificate, hex: it alone is trusted, whoever signed it. */
  readonly serverFingerprint?: string
  /** Whether NowServ may still answer: another may be in its place by now. */
  valid?(): boolean
  /** Commands a caller may burst, a second thereafter, and waiting; what is beyond is refused. */
  readonly limits?: { readonly burst: number; readonly perSecond: number; readonly waiting: number }
  /** How often members who were not there are looked for anew. */
  readonly noticesEveryMs?: number
}

export interface NowServ {
  readonly connected: boolean
  /** Lets running commands end for up to `graceMs`, then leaves the network. */
  stop(graceMs?: number): Promise<void>
}

const defaultLimits = { burst: 10, perSecond: 2, waiting: 20 }
const mostCallers = 1000
/** Who is answered at once sees nothing of it; clients forget it after 6 s (IRCv3 typing). */
const typingAfterMs = 150
const typingEveryMs = 3000
const firstWaitMs = 500
const longestWaitMs = 30_000

/** Keeps NowServ on the network until stopped: connects, answers, and comes back after a loss. */
export function startNowServ(connection: NowServConnection, deps: NowServDeps): NowServ {
  const client = new Client()
  const stopping = new AbortController()
  const replyBy = new Map<string, ReplyBy>()
  const confirmations = createConfirmations(deps)
  const queue = createFairQueue({
    now: deps.now,
    parallel: 8,
    callers: mostCallers,
    ...(connection.limits ?? defaultLimits),
  })
  const refused = new Set<string>()
  let closing = false
  let socket: TLSSocket | Socket | undefined
  let registered = false
  let attempts = 0
  let retry: NodeJS.Timeout | undefined
  let nickTimer: NodeJS.Timeout | undefined

  const send = (command: string, to: string, text: string | null, tags: Record<string, string>) => {
    const message = new client.Message(command, to, ...(text === null ? [] : [text]))
    message.tags = tags
    client.raw(message)
  }

  const noticeLink: NoticeLink = {
    ready: () => registered && !closing && connection.valid?.() !== false,
    send: (nick, text) => {
      for (const line of split(text)) send('NOTICE', nick, line, {})
    },
    whois: (nick) => client.raw('WHOIS', nick),
    monitor: (change, nick) => client.raw('MONITOR', change, nick),
  }
  const notices = createNotices(deps, noticeLink, connection.noticesEveryMs)
  client.on('whois', ({ nick, account }) => notices.heard(nick, account ?? null))
  client.on('users online', ({ nicks }) => notices.online(nicks))

  client.on('raw socket connected', (opened) => {
    socket = opened
    const wanted = connection.serverFingerprint
    if (wanted === undefined || !(opened instanceof TLSSocket)) return
    // Checked before anything of the server is believed: it could name anybody as the account that speaks.
    opened.once('secureConnect', () => {
      if (fingerprintOf(opened) === wanted) return
      deps.log.warn({ host: connection.host }, 'NowServ was shown another certificate than net.irc.now’s')
      opened.destroy()
    })
  })
  client.requestCap(['message-tags', 'account-tag'])
  client.on('registered', () => {
    registered = true
    attempts = 0
    client.raw('MODE', client.user.nick, '+B')
    deps.log.info({ nick: client.user.nick }, 'NowServ is on the network')
    takeNick()
    notices.begin()
  })
  client.on('nick in use', () => {
    if (!registered) client.changeNick(`${connection.nick}${deps.random(3).toString('hex')}`)
  })
  client.on('nick', () => takeNick())
  client.on('sasl failed', ({ reason }) => deps.log.warn({ reason }, 'NowServ could not sign in'))
  client.on('close', () => {
    registered = false
    notices.end()
    clearTimeout(nickTimer)
    if (closing) return
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts, 10)) * (0.5 + deps.random(1)[0]! / 512)
    attempts += 1
    deps.log.warn({ wait }, 'NowServ lost the network')
    retry = setTimeout(connect, wait)
  })
  client.on('privmsg', ({ nick, hostname, target, message, tags, account, batch }) => {
    if (closing || connection.valid?.() === false) return
    // Without account-tag negotiated, the tag could be anybody's word.
    if (!client.network.cap.isEnabled('account-tag')) return
    if (target.toLowerCase() !== client.user.nick.toLowerCase() || nick === client.user.nick) return
    if ('bot' in tags || batch?.type === 'chathistory') return
    receive(nick, account || null, account ? account.toLowerCase() : hostname, message, tags.msgid)
  })

  function receive(nick: string, account: string | null, caller: string, message: string, msgid: string | undefined) {
    const tags: Record<string, string> = msgid ? { '+draft/reply': msgid } : {}
    const say = (by: ReplyBy, lines: readonly string[], data: unknown) => {
      for (const [i, line] of lines.entries())
        send(by, nick, line, i === lines.length - 1 ? withData(tags, data) : tags)
    }
    const reply = (lines: readonly string[], data: unknown) =>
      say(replyBy.get((account ?? '').toLowerCase()) ?? 'NOTICE', lines, data)
    const lane = account === null ? 'stranger' : 'member'
    const refusal = `${lane} ${caller}`
    const taken = queue.push(lane, caller, async () => {
      refused.delete(refusal)
      const endTyping = typeTo(nick)
      if (account !== null) await learnReplyBy(account)
      const session = { deps, confirmations, replyBy, signal: stopping.signal }
      const { lines, data, follow: followed } = await answer(session, { nick, account }, message).finally(endTyping)
      reply(lines, data)
      if (!followed || account === null) return
      const announce = (text: string, result?: unknown) => say('NOTICE', split(text), result)
      follow(deps, account, followed.command, followed.output, stopping.signal, announce).catch((err: unknown) => {
        if (!stopping.signal.aborted) deps.log.warn({ err, account }, 'NowServ lost track of a change')
      })
    })
    // Told once: answering each refused line would make a flood of a flood.
    if (taken || refused.has(refusal)) return
    if (refused.size >= 2 * mostCallers) refused.clear()
    refused.add(refusal)
    const error = {
      code: 'rate_limited',
      message: 'Too many commands at once; wait for the answers before you send more.',
    } as const
    reply(problemLines(error), { error })
  }

  /** Asked once for each account. */
  async function learnReplyBy(account: string): Promise<void> {
    const key = account.toLowerCase()
    if (replyBy.has(key)) return
    // Where the database is away, the answer says so by whichever way.
    const kept = await deps.replies?.of(account).catch(() => undefined)
    if (kept) replyBy.set(key, kept)
  }

  /** Shows that an answer is worked on; answers how to end that. */
  function typeTo(nick: string): () => void {
    const type = () => {
      send('TAGMSG', nick, null, { '+typing': 'active' })
      timer = setTimeout(type, typingEveryMs)
    }
    let timer = setTimeout(type, typingAfterMs)
    return () => clearTimeout(timer)
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
      rejectUnauthorized: connection.rejectUnauthorized ?? connection.serverFingerprint === undefined,
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
    async stop(graceMs = 3000) {
      closing = true
      clearTimeout(retry)
      clearTimeout(nickTimer)
      await Promise.race([Promise.all([queue.drain(), notices.stop()]), delay(graceMs, undefined, { ref: false })])
      stopping.abort()
      notices.end()
      client.quit('Back soon')
      const open = socket
      if (!open || open.destroyed) return
      // Gone for certain: another NowServ may be about to come.
      await Promise.race([new Promise((resolve) => open.once('close', resolve)), delay(500, undefined, { ref: false })])
      open.destroy()
    },
  }
}

const fingerprintOf = (socket: TLSSocket) =>
  socket.getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase()
