import { bodyFieldOf } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError, problemOf, withFlag } from '@irc-now/core/operation/errors'
import { flagNamed, withFieldsNamed } from '@irc-now/core/operation/named-fields'
import { type Command, pickNoun, readCommand } from './command.ts'
import type { createConfirmations } from './confirmations.ts'
import type { CallOptions, NowServDeps, ReplyBy } from './deps.ts'
import { helpLines } from './help.ts'
import { pick } from './pick.ts'
import { outputLines, problemLines, split } from './reply.ts'
import { plainWord, type Word, wordsOf } from './words.ts'

export interface Asker {
  readonly nick: string
  /** Proven by the server's account-tag; null is nobody. */
  readonly account: string | null
}

export interface Answer {
  readonly lines: readonly string[]
  /** The same for programs: the operation's output, or `{ error }` with its problem. */
  readonly data?: unknown
  /** A write whose completion is still to be announced. */
  readonly follow?: { readonly command: Command; readonly output: unknown }
}

interface Session {
  readonly deps: NowServDeps
  readonly confirmations: ReturnType<typeof createConfirmations>
  readonly replyBy: Map<string, ReplyBy>
  readonly signal: AbortSignal
}

const builtIns = ['help', 'register', 'login', 'set']
const signInFirst = 'Sign in first: send me REGISTER for a new account, or LOGIN for a link that signs you in.'

/** Answers one message. Never throws: what goes wrong is an answer too. */
export async function answer(session: Session, asker: Asker, message: string): Promise<Answer> {
  try {
    return await answerWords(session, asker, wordsOf(message))
  } catch (error) {
    // The message itself is not logged: it may hold a secret.
    if (!(error instanceof OperationError))
      session.deps.log.warn({ err: error, account: asker.account }, 'NowServ failed')
    const problem = problemOf(error)
    return { lines: problemLines(problem), data: { error: problem } }
  }
}

async function answerWords(session: Session, asker: Asker, words: readonly Word[]): Promise<Answer> {
  const { deps } = session
  const account = asker.account
  const [first = 'help', ...rest] = words.map(({ text }) => text)
  const noun = first.toLowerCase()
  const said = `${rest.join(' ').toLowerCase()} `
  // What is spelled out reaches core even where help hides it, so that the refusal is the same on every front end; and
  // who asks is looked up once, there.
  const spelled = deps.operations.filter((one) => one.noun === noun && said.startsWith(`${one.verb} `))
  if (spelled.length > 0) return command(session, account, spelled, words)
  const role = account === null ? null : await deps.roleOf(account)
  const visible = deps.operations.filter(({ access }) => access !== 'ops' || role === 'ops')
  const word = deps.operations.some((one) => one.noun === noun) ? noun : pickNoun(visible, first, rest[0], builtIns)
  if (word === 'help') return { lines: helpLines(visible, rest).flatMap((line) => split(line)) }
  if (word === 'register' || word === 'login') {
    const link = await deps.signInLink(word, asker.nick)
    const what = word === 'login' ? 'sign in' : 'create your account'
    const typed = rest.length > 0 ? ' What you typed was not used; if it was a password, others may have seen it.' : ''
    return { lines: split(`Open ${link} to ${what}; it shows you the line that signs you in here.${typed}`) }
  }
  if (word === 'set') {
    if (account === null || role === null) throw new OperationError('not_signed_in', signInFirst)
    return { lines: [await setting(session, account, rest)] }
  }
  const offered = visible.some((one) => one.noun === word) ? visible : deps.operations
  return command(session, account, offered, [plainWord(word), ...words.slice(1)])
}

async function command(
  session: Session,
  account: string | null,
  offered: readonly OperationDescription[],
  words: readonly Word[],
): Promise<Answer> {
  const noun = words[0]?.text.toLowerCase()
  // Without a sign-in nobody is told whether the rest of a command is right.
  if (account === null && !offered.some((one) => one.noun === noun && one.access === 'anyone'))
    throw new OperationError('not_signed_in', signInFirst)
  const read = readCommand(offered, words)
  try {
    if (account !== null) return await perform(session, account, read)
  } catch (error) {
    throw withFieldsNamed(error, read.operation.fields, flagNamed)
  }
  if (read.operation.access !== 'anyone') throw new OperationError('not_signed_in', signInFirst)
  const output = await session.deps.call(null, read.operation.name, read.input, { signal: session.signal })
  return { lines: outputLines(read.operation, output), data: output }
}

async function setting({ deps, replyBy }: Session, account: string, words: readonly string[]): Promise<string> {
  pick('setting', words[0] ?? '', ['replies'])
  const by = pick('way to reply', words[1] ?? '', ['notice', 'privmsg']).toUpperCase() as ReplyBy
  await deps.replies?.keep(account, by)
  replyBy.set(account.toLowerCase(), by)
  return `I answer you by ${by} from now on.`
}

async function perform(session: Session, account: string, command: Command): Promise<Answer> {
  const { deps, signal } = session
  const { operation, input } = command
  const options: CallOptions = { signal, ...(command.as === undefined ? {} : { as: command.as }) }
  const body = bodyFieldOf(operation)
  if (body) return onPage(deps, account, command, body)
  const wanted = operation.fields.some((field) => field.secret && field.required)
  if (command.secretGiven || command.secretAsked || wanted || (operation.secrets.length > 0 && !command.dryRun)) {
    const link = await deps.secretLink(account, operation.name, input, command.as)
    const typed = command.secretGiven ? ' What you typed was not used; others may have seen it, so change it.' : ''
    throw new OperationError('secret_on_irc', `Secrets never cross IRC; finish at ${link} (works once).${typed}`, {
      details: { link },
    })
  }
  if (command.dryRun) {
    const output = await deps.call(account, operation.name, input, { ...options, dryRun: true })
    return { lines: ['Dry run, nothing was changed:', ...outputLines(operation, output)], data: output }
  }
  if (operation.effect === 'destroy') return destroy(session, account, command, options)
  const confirm = command.confirm === undefined ? {} : { confirm: command.confirm }
  const output = await deps.call(account, operation.name, input, { ...options, ...confirm }).catch((error) => {
    throw withFlag(error)
  })
  return done(command, output)
}

/** What is no line of IRC is put in on a page; a notice follows once it is. */
async function onPage(deps: NowServDeps, account: string, command: Command, body: Field): Promise<Answer> {
  const { operation, as, input } = command
  if (command.dryRun)
    throw new OperationError(
      'invalid_input',
      `A dry run of this is not to be had on IRC; use “irc-now ${operation.noun} ${operation.verb} --dry-run”.`,
    )
  const since = await deps.lastChange(account)
  const link = await deps.secretLink(account, operation.name, input, as)
  const typed = command.bodyGiven ? ` The ${body.flag} comes on that page; what you typed of it was not used.` : ''
  return {
    lines: split(`Go on at ${link} (works once, for 15 minutes); I tell you here what came of it.${typed}`),
    data: { link },
    follow: { command, output: { link, since } },
  }
}

const done = (command: Command, output: unknown): Answer => ({
  lines: outputLines(command.operation, output, command.input),
  data: output,
  follow: { command, output },
})

async function destroy(session: Session, account: string, command: Command, options: CallOptions): Promise<Answer> {
  const { deps, confirmations } = session
  const { operation, input } = command
  // Each try uses the code up, and yet what can't be done at all is said first, as on every front end.
  const redeemed = command.confirm !== undefined && confirmations.redeem(account, command)
  const expected = await whatToRepeat(deps, account, command, options)
  if (command.confirm !== undefined) {
    if (!redeemed) {
      throw new OperationError(
        'confirmation_invalid',
        'The code is not for this command, was used, or is older than 60 s; repeat the command without it for a new one.',
      )
    }
    return done(command, await deps.call(account, operation.name, input, { ...options, confirm: expected }))
  }
  const code = confirmations.issue(account, command)
  throw new OperationError(
    'confirmation_required',
    `${operation.summary} This can’t be undone. Repeat the command with --confirm ${code} within 60 s.`,
    { details: { confirm: code } },
  )
}

/** Core says what confirms it, or why it can't be done. */
async function whatToRepeat(deps: NowServDeps, account: string, { operation, input }: Command, options: CallOptions) {
  try {
    await deps.call(account, operation.name, input, options)
  } catch (error) {
    if (error instanceof OperationError && error.code === 'confirmation_required') {
      return String(error.details.expected)
    }
    throw error
  }
  throw new Error(`${operation.name} ran without its confirmation`)
}
