import { bodyFieldOf } from '@irc-now/core/operation/body'
import { MessageTags } from 'irc-framework'
import { connectIrc } from '../irc-client.ts'
import { type Answer, type FrontEnd, type Person, typed } from './front-end.ts'
import { finishOnPage } from './once-page.ts'

type Client = Awaited<ReturnType<typeof connectIrc>>
type Data = {
  link?: string
  error?: { code: string; field?: string; details?: { link?: string; confirm?: string } }
} | null

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
export const tagsOf = (line: string) => MessageTags.decode(/^@(\S+) /.exec(line)?.[1] ?? '')

/** `/msg NowServ NOUN VERB …` from a client that signs in by SASL; results are read from the tag for programs. */
export function nowServFrontEnd(ircPort: number): FrontEnd {
  const clients = new Map<string, Promise<Client>>()
  let asked = 0

  function clientOf(person: Person | null): Promise<Client> {
    const nick = person?.name ?? 'stranger'
    const known = clients.get(nick) ?? signIn(nick, person)
    clients.set(nick, known)
    return known
  }
  async function signIn(nick: string, person: Person | null): Promise<Client> {
    const login = person ? { username: person.name, password: person.password } : undefined
    const client = await connectIrc(ircPort, nick, login, ['message-tags', 'echo-message'])
    await client.until(/^(@\S+ )?\S+ 001 /)
    return client
  }

  /** The data of the answer to one message, found by what it says it replies to. */
  async function ask(client: Client, command: string): Promise<Data> {
    asked += 1
    // Told apart from an equal question before it by a tag of our own, which comes back with the echo.
    client.send(`@+irc.now/test=${asked} PRIVMSG NowServ :${command}`)
    const echo = await client.until(new RegExp(`^@(\\S+;)?\\+irc\\.now/test=${asked}[; ]`))
    const line = await client.until(new RegExp(`^@(?=\\S*\\+draft/reply=${tagsOf(echo).msgid})\\S*\\+irc\\.now/data=`))
    return JSON.parse(tagsOf(line)['+irc.now/data']!) as Data
  }

  return {
    name: 'irc',
    via: 'irc',
    async run(person, operation, input, { confirm, dryRun, as } = {}) {
      const client = await clientOf(person)
      const body = bodyFieldOf(operation)
      const secret = (name: string) => operation.fields.some((field) => field.name === name && field.secret)
      const words = Object.entries(input).flatMap(([name, value]) => {
        if (name === body?.name) return []
        const flag = operation.fields.find((field) => field.name === name)?.flag ?? name
        // Somebody types a secret here after all; the right one goes into the page.
        return `${flag}=${quoted(secret(name) && value !== null ? 'typed by mistake' : typed(value))}`
      })
      if (as !== undefined) words.push(`-as ${as}`)
      if (dryRun) words.push('-dry-run')
      const command = [operation.noun.toUpperCase(), operation.verb, ...words].join(' ')
      let data = await ask(client, confirm === 'wrong' ? `${command} --confirm 00000000` : command)
      if (confirm !== undefined && data?.error?.code === 'confirmation_required')
        data = await ask(client, `${command} --confirm ${data.error.details?.confirm ?? confirm}`)
      if (data?.error?.code === 'secret_on_irc') {
        const secrets = Object.entries(input).filter(([name, value]) => secret(name) && value !== null)
        return finishOnPage(data.error.details!.link!, Object.fromEntries(secrets) as Record<string, string>)
      }
      if (body && data?.link !== undefined)
        return finishOnPage(
          data.link,
          typeof input[body.name] === 'string' ? { [body.name]: input[body.name] as string } : {},
          body.body === 'file',
        )
      const answer: Answer = data?.error ? { code: data.error.code, field: data.error.field } : { output: data }
      return answer
    },
    close() {
      for (const client of clients.values()) client.then((one) => one.close()).catch(() => {})
    },
  }
}
