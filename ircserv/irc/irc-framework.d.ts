/** irc-framework ships no types: only what NowServ uses of it is declared. */
declare module 'irc-framework' {
  interface PrivateMessage {
    nick: string
    ident: string
    hostname: string
    target: string
    message: string
    tags: Record<string, string>
    account?: string
    batch?: { type: string }
  }
  class Message {
    constructor(command: string, ...params: string[])
    tags: Record<string, string>
  }
  export const MessageTags: {
    encode(tags: Record<string, string>): string
    decode(text: string): Record<string, string>
  }
  export class Client {
    user: { nick: string }
    network: { cap: { isEnabled(name: string): boolean } }
    Message: typeof Message
    requestCap(names: string[]): void
    connect(options: Record<string, unknown>): void
    quit(message: string): void
    changeNick(nick: string): void
    raw(...parts: (string | Message)[]): void
    on(event: 'privmsg', listener: (event: PrivateMessage) => void): this
    on(event: 'raw socket connected', listener: (socket: import('node:net').Socket) => void): this
    on(event: 'whois', listener: (event: { nick: string; account?: string }) => void): this
    on(event: 'users online', listener: (event: { nicks: string[] }) => void): this
    on(event: string, listener: (event: { reason?: string }) => void): this
  }
}
