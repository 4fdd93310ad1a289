import { bodyFieldOf } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError, withFlag } from '@irc-now/core/operation/errors'
import { flagNamed, withFieldsNamed } from '@irc-now/core/operation/named-fields'
import { inputFromText } from '@irc-now/core/operation/text-input'
import type { Output } from '../print/output.ts'
import { safe, shown } from '../print/text.ts'
import { type Client, createClient } from '../session/client.ts'
import { settle } from '../session/settle.ts'
import { findSession } from '../session/target.ts'
import { type Common, readArguments } from './arguments.ts'
import { makerOf } from './words.ts'

type Input = Readonly<Record<string, unknown>>

export function openClient(
  operations: readonly OperationDescription[],
  common: Pick<Common, 'url' | 'profile'>,
  frontEnd: 'cli' | 'tui' = 'cli',
): Client {
  const say = (text: string) => void process.stderr.write(`${safe(text)}\n`)
  // Words beside the screen of the terminal UI would tear it: they are said once it is left, however it is.
  const note = frontEnd === 'cli' ? say : (text: string) => void process.once('exit', () => say(text))
  return createClient({ ...findSession(process.env, common, note), operations, frontEnd })
}

/** Reading from a terminal is loaded where it is done. */
async function ask(question: string, secret = false): Promise<string> {
  return (await import('./ask.ts')).ask(question, secret)
}

function askFor(field: Field): Promise<string> {
  const choices = field.choices.length > 0 ? ` (${field.choices.join(', ')})` : ''
  return ask(`${field.description.replace(/\.$/, '') || field.flag}${choices}`, field.secret)
}

/** The secret that the platform wants besides what it was given. */
function lackingSecret({ fields }: OperationDescription, input: Input, error: unknown): Field | undefined {
  if (!(error instanceof OperationError) || error.code !== 'invalid_input') return undefined
  return fields.find(({ name, secret }) => secret && name === error.field && input[name] === undefined)
}

/** `irc-now noun verb …`, from its words to what is printed; errors name its flags. */
export async function runCommand(
  operations: readonly OperationDescription[],
  operation: OperationDescription,
  argv: readonly string[],
  out: Output,
): Promise<void> {
  try {
    await runWords(operations, operation, argv, out)
  } catch (error) {
    throw withFieldsNamed(error, operation.fields, flagNamed)
  }
}

async function runWords(
  operations: readonly OperationDescription[],
  operation: OperationDescription,
  argv: readonly string[],
  out: Output,
): Promise<void> {
  const { common, raw, input, asked, fromStdin, files } = readArguments(operation, argv)
  assertShown(operation, common)
  // Overlooked, it would leave a script waiting for what never comes.
  if (common.watch && operation.effect !== 'read')
    throw new OperationError('invalid_input', '--watch is for what is only shown; --wait follows a change to its end.')
  const body = bodyFieldOf(operation)
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true && common.json === null
  // Read as any text is, and so is what is asked for: an empty one clears what can be cleared.
  if (fromStdin)
    Object.assign(
      input,
      inputFromText(operation.fields, { [fromStdin]: await (await import('./ask.ts')).readSecret() }),
    )
  for (const field of operation.fields) {
    const wanted = asked.includes(field.name) || (field !== body && field.required && input[field.name] === undefined)
    if (!wanted) continue
    if (interactive) Object.assign(input, inputFromText(operation.fields, { [field.name]: await askFor(field) }))
    else if (field.secret)
      throw new OperationError(
        'invalid_input',
        `There is no terminal to ask on; pipe the secret in with --${field.flag}-stdin.`,
        { field: field.name },
      )
  }
  const client = openClient(operations, common)
  const as = common.as === undefined ? {} : { as: common.as }
  if (operation.effect === 'read') {
    const answer = await client.call(operation.name, input, as)
    if (raw && operation.source) return out.source((answer as Record<string, string>)[operation.source.text] ?? '')
    if (common.watch) sayTime(common, out)
    const maker = operation.verb === 'list' ? makerOf(operations, operation.noun) : undefined
    // For the member whose list it is, not for who looks.
    const forWhom = common.as === undefined ? '' : ` --as ${common.as}`
    await out.result({ ...operation, maker: maker && `${maker.noun} ${maker.verb}${forWhom}` }, answer)
    if (common.json === null) await printCodes(operation, answer)
    await lead(operation, answer, common, out)
    if (common.watch) await watch(client, operation, input, answer, { ...as, before: () => sayTime(common, out) }, out)
    return
  }
  const write = (whole: Input) => runWrite(client, operation, whole, common, interactive, out)
  if (!body || input[body.name] !== undefined) {
    if (body && files.length > 0)
      throw new OperationError('invalid_input', `There are both --${body.flag} and a file; give one of them.`, {
        field: body.name,
      })
    return write(input)
  }
  const { bodiesOf } = await import('./bodies.ts')
  const bodies = bodiesOf(operation, body, input, files)
  for (const call of bodies) {
    try {
      await call(write)
    } catch (error) {
      if (bodies.length === 1) throw error
      // The others are done all the same.
      process.exitCode = out.error(withFieldsNamed(error, operation.fields, flagNamed))
    }
  }
}

async function runWrite(
  client: Client,
  operation: OperationDescription,
  given: Input,
  common: Common,
  interactive: boolean,
  out: Output,
): Promise<void> {
  const as = common.as === undefined ? {} : { as: common.as }
  let input = given
  const call = async (confirm: string | undefined): Promise<unknown> => {
    try {
      return await client.call(operation.name, input, {
        ...as,
        dryRun: common.dryRun,
        ...(confirm === undefined ? {} : { confirm }),
        // One key for this command: a retry of the connection can't do it twice.
        idempotencyKey: crypto.randomUUID(),
      })
    } catch (error) {
      const secret = interactive ? lackingSecret(operation, input, error) : undefined
      if (!secret) throw error
      input = { ...input, [secret.name]: await askFor(secret) }
      return call(confirm)
    }
  }
  let output: unknown
  try {
    output = await call(common.confirm)
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'confirmation_required' || !interactive)
      throw withFlag(error)
    out.note(error.message)
    output = await call(await ask('Type it to confirm'))
  }
  if (common.dryRun) {
    out.note('Nothing was changed (--dry-run); it would be:')
  } else if (common.wait ?? process.stderr.isTTY === true) {
    await lead(operation, output, common, out)
    const settled = await settle(client, operation, input, output, {
      ...as,
      timeoutMs: common.timeoutMs,
      progress: (message) => out.note(message),
    })
    // What is gone is not shown as if it were there.
    if (settled === null && common.json === null) return out.note('It is gone.')
    if (settled !== null && operation.settle?.show.split('.')[0] === operation.noun) output = settled
  }
  // What a dry run would have made does not hold, so nothing of it is an address.
  await out.result(common.dryRun ? { ...operation, main: null } : operation, output)
}

/** To the page on which the person goes on, where there is one and somebody to see it. */
async function lead({ visit, effect }: OperationDescription, output: unknown, common: Common, out: Output) {
  const url = visit && (output as Record<string, unknown>)[visit]
  // What a read answers is printed already, and in a pipe that is all that is wanted.
  if (typeof url !== 'string' || common.json !== null || (effect === 'read' && process.stdout.isTTY !== true)) return
  await (await import('./visit.ts')).visit(url, out)
}

/** What a phone can scan, below the rest. */
async function printCodes({ qr }: OperationDescription, output: unknown): Promise<void> {
  if (qr.length === 0 || process.stdout.isTTY !== true) return
  const { printQr } = await import('../print/qr.ts')
  for (const field of qr) {
    const text = (output as Record<string, unknown>)[field]
    if (typeof text === 'string') printQr(text, process.stdout)
  }
}

/**
 * What is shown only once must be among the fields that are asked for: left out, it would be made and lost. Of what has an
 * address of its own (a paste), that is what it is made for.
 */
function assertShown({ secrets, main }: OperationDescription, { json, dryRun }: Common): void {
  const lost = secrets.filter((field) => !json?.includes(field))
  if (!json?.length || dryRun || main !== null || lost.length === 0) return
  throw new OperationError(
    'invalid_input',
    `--json=${json.join(',')} leaves out ${lost.join(', ')}, shown only once; use --json=${[...json, ...lost].join(',')}.`,
  )
}

/** When it was so, above what people see; each piece of JSON stays as it is. */
function sayTime({ json }: Common, out: Output): void {
  if (json === null) out.text(`${shown(new Date().toISOString())}\n`)
}

async function watch(
  client: Client,
  operation: OperationDescription,
  input: Record<string, unknown>,
  first: unknown,
  { before, ...options }: { as?: string; before(): void },
  out: Output,
): Promise<void> {
  let last = JSON.stringify(first)
  // The first item comes once nothing can be missed any more: what changed before it has to be looked up.
  for await (const _ of client.events(new AbortController().signal, options.as)) {
    const answer = await client.call(operation.name, input, options)
    const text = JSON.stringify(answer)
    if (text === last) continue
    before()
    await out.result(operation, answer)
    last = text
  }
  throw new OperationError('unavailable', 'The connection broke; run the command again to go on watching.')
}
