import { mostRequestBytes } from '@irc-now/core/operation/body'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError, withFlag } from '@irc-now/core/operation/errors'
import { inputFromText, type TextValue } from '@irc-now/core/operation/text-input'
import type { Output } from '../print/output.ts'
import { safeJson } from '../print/text.ts'
import { apiFlags, apiHelp } from './api-help.ts'
import { readCommon, refuseStray } from './arguments.ts'
import { readPipe } from './ask.ts'
import { openClient } from './run.ts'
import { unknownWord, verbOf } from './words.ts'

/** `irc-now api <operation> [-f key=value …] [--input -]`: a raw call, its JSON answer printed as it is. */
export async function runApi(
  operations: readonly OperationDescription[],
  argv: readonly string[],
  out: Output,
): Promise<void> {
  const { common, words, parsed } = readCommon(argv, { f: { type: 'string' }, input: { type: 'string' } })
  const named = operations.find((one) => one.name === words[0])
  if (common.help && (named || words.length === 0)) return out.text(apiHelp(operations, named))
  const operation = named ?? notNamed(operations, words)
  const { name } = operation
  const help = `irc-now api ${name} --help`
  refuseStray(parsed, ['f', 'input', ...apiFlags], help)
  if (words.length > 1)
    throw new OperationError(
      'invalid_input',
      `“${words[1]}” is one word too many: fields are given as -f; see “${help}”.`,
    )
  if (parsed.input !== undefined && parsed.input !== '-')
    throw new OperationError('invalid_input', '--input wants -, for JSON from stdin.')
  const pairs = parsed.f === undefined ? [] : Array.isArray(parsed.f) ? parsed.f : [parsed.f]
  const texts: Record<string, TextValue> = {}
  for (const pair of pairs as string[]) {
    const [, key, value] = /^([^=]+)=([\s\S]*)$/.exec(pair) ?? []
    if (key === undefined || value === undefined)
      throw new OperationError('invalid_input', `-f wants field=value, not “${pair}”; see “${help}”.`)
    if (value !== '' && operation.fields.some((field) => field.name === key && field.secret))
      throw new OperationError(
        'invalid_input',
        `A secret in a command can be read by others; give ${key} as JSON to “irc-now api ${name} --input -”.`,
        { field: key },
      )
    texts[key] = value
  }
  let input: Record<string, unknown> = inputFromText(operation.fields, texts)
  if (parsed.input === '-') {
    // As much as the API takes of a body.
    input = { ...parsedObject(await readPipe(mostRequestBytes(operation)), help), ...input }
  }
  const calling = openClient(operations, common).call(name, input, {
    dryRun: common.dryRun,
    ...(common.confirm === undefined ? {} : { confirm: common.confirm }),
    ...(common.as === undefined ? {} : { as: common.as }),
  })
  const output = await calling.catch((error: unknown) => {
    throw withFlag(error)
  })
  out.text(`${safeJson(output)}\n`)
}

function parsedObject(text: string, help: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new OperationError('invalid_input', `What came in is not JSON; see “${help}”.`, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new OperationError('invalid_input', `What came in is no JSON object, such as {"name":"main"}; see “${help}”.`)
}

/** Says what may have been meant: nothing, a noun alone, `noun verb` as elsewhere, or a misspelt name. */
function notNamed(operations: readonly OperationDescription[], [first, ...more]: readonly string[]): never {
  const help = 'irc-now api --help'
  if (first === undefined)
    throw new OperationError('invalid_input', `api wants an operation, such as bouncer.list; see “${help}”.`)
  const ofNoun = operations.filter(({ noun }) => noun === first).map(({ name }) => name)
  if (ofNoun.length > 0 && more.length === 0)
    throw new OperationError('unknown_operation', `There is no operation “${first}”; there are ${ofNoun.join(', ')}.`)
  const verb = verbOf(operations, first, more)?.replaceAll(' ', '.')
  const name = ofNoun.length > 0 ? `${first}.${verb}` : first
  if (ofNoun.includes(name))
    throw new OperationError('unknown_operation', `Here an operation is one word: did you mean “${name}”?`)
  const names = operations.map((one) => one.name)
  throw unknownWord('operation', name, names, help)
}
