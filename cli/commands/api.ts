import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { inputFromText, type TextValue } from '@irc-now/core/operation/text-input'
import type { Output } from '../print/output.ts'
import { safeJson } from '../print/text.ts'
import { readCommon } from './arguments.ts'
import { readPipe } from './ask.ts'
import { openClient } from './run.ts'
import { unknownWord } from './words.ts'

/** `irc-now api <operation> [-f key=value …] [--input -]`: a raw call, its JSON answer printed as it is. */
export async function runApi(
  operations: readonly OperationDescription[],
  argv: readonly string[],
  out: Output,
): Promise<void> {
  const { common, words, parsed } = readCommon(argv, { f: { type: 'string' }, input: { type: 'string' } })
  const name = words[0]
  const operation = operations.find((one) => one.name === name)
  if (name === undefined) throw new OperationError('invalid_input', 'api wants an operation, such as bouncer.list.')
  if (!operation)
    throw unknownWord(
      'operation',
      name,
      operations.map((one) => one.name),
      'irc-now help',
    )
  const pairs = parsed.f === undefined ? [] : Array.isArray(parsed.f) ? parsed.f : [parsed.f]
  const texts: Record<string, TextValue> = {}
  for (const pair of pairs as string[]) {
    const [, key, value] = /^([^=]+)=([\s\S]*)$/.exec(pair) ?? []
    if (key === undefined || value === undefined)
      throw new OperationError('invalid_input', `-f wants key=value, not “${pair}”.`)
    texts[key] = value
  }
  let input: Record<string, unknown> = inputFromText(operation.fields, texts)
  if (parsed.input === '-') {
    // As much as the API takes of a body.
    const text = await readPipe(256 * 1024)
    try {
      input = { ...(JSON.parse(text) as object), ...input }
    } catch (cause) {
      throw new OperationError('invalid_input', 'What came in is not JSON.', { cause })
    }
  }
  const output = await openClient(operations, common).call(name, input, {
    dryRun: common.dryRun,
    ...(common.confirm === undefined ? {} : { confirm: common.confirm }),
    ...(common.as === undefined ? {} : { as: common.as }),
  })
  out.text(`${safeJson(output)}\n`)
}
