import { existsSync } from 'node:fs'
import { mostRequestBytes } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError, withFlag } from '@irc-now/core/operation/errors'
import { inputFromText, type TextValue } from '@irc-now/core/operation/text-input'
import type { Output } from '../print/output.ts'
import { safeJson } from '../print/text.ts'
import { readText } from '../session/read-body.ts'
import { apiFlags, apiHelp } from './api-help.ts'
import { readCommon, refuseStray, withDash } from './arguments.ts'
import { readPipe } from './ask.ts'
import { openClient } from './run.ts'
import { unknownWord, verbOf } from './words.ts'

/** `irc-now api <operation> [-f field=value …] [-F field=@file …] [--input -]`: a raw call, its JSON answer printed as it is. */
export async function runApi(
  operations: readonly OperationDescription[],
  argv: readonly string[],
  out: Output,
): Promise<void> {
  const { common, words, parsed } = readCommon(withDash(argv, '--input'), {
    f: { type: 'string' },
    F: { type: 'string' },
    input: { type: 'string' },
  })
  const named = operations.find((one) => one.name === words[0])
  if (common.help && (named || words.length === 0)) return out.text(apiHelp(operations, named))
  const operation = named ?? notNamed(operations, words)
  const { name } = operation
  const help = `irc-now api ${name} --help`
  refuseStray(parsed, ['f', 'F', 'input', ...apiFlags], help)
  if (words.length > 1)
    throw new OperationError(
      'invalid_input',
      `“${words[1]}” is one word too many: fields are given as -f; see “${help}”.`,
    )
  if (parsed.input !== undefined && parsed.input !== '-')
    throw new OperationError('invalid_input', '--input wants -, for JSON from stdin.')
  const texts: Record<string, TextValue> = {}
  // A file is sent by its path.
  const paths: Record<string, string> = {}
  const given = [...pairsOf(parsed.f, '-f', help), ...pairsOf(parsed.F, '-F', help)]
  if (given.filter(({ flag, value }) => flag === '-F' && value === '@-').length + (parsed.input ? 1 : 0) > 1)
    throw new OperationError('invalid_input', 'Only one thing can come by stdin; name files for the others.')
  for (const { flag, key, value } of given) {
    const field = operation.fields.find((one) => one.name === key)
    const path = value.startsWith('@') ? value.slice(1) : null
    if (field && flag === '-F' && path !== null) {
      if (field.body === 'file') paths[key] = path
      else texts[key] = await readField(field, path)
      continue
    }
    if (field?.secret && value !== '')
      throw new OperationError(
        'invalid_input',
        `A secret in a command can be read by others; give ${key} as JSON to “irc-now api ${name} --input -”.`,
        { field: key },
      )
    if (path !== null && existsSync(path))
      throw new OperationError(
        'invalid_input',
        `-f sends “${value}” as it stands; -F ${key}=${value} sends what is in the file.`,
        { field: key },
      )
    texts[key] = value
  }
  let input: Record<string, unknown> = { ...inputFromText(operation.fields, texts), ...paths }
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

/** Each `field=value` that was given with a flag. */
function pairsOf(values: unknown, flag: '-f' | '-F', help: string) {
  const pairs = values === undefined ? [] : Array.isArray(values) ? values : [values]
  return pairs.map((pair) => {
    const [, key, value] = /^([^=]+)=([\s\S]*)$/.exec(pair) ?? []
    if (key === undefined || value === undefined)
      throw new OperationError('invalid_input', `${flag} wants field=value, not “${pair}”; see “${help}”.`)
    return { flag, key, value }
  })
}

/** A whole text exactly as it is; of a word, the line break at the file’s end is no part. */
async function readField(field: Field, path: string): Promise<string> {
  const text = await readText(field, path)
  return field.body === 'text' ? text : text.replace(/\r?\n$/, '')
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
