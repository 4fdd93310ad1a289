import type { Field } from '@irc-now/core/operation/describe'
import { Text } from 'ink'
import { safe, shown } from '../../print/text.ts'
import { editorOf } from '../../session/editor.ts'
import { cut, padded, windowOf, wrapped } from '../cut.ts'
import { textOf } from '../line-editor.ts'
import { type FormPane, fieldLabel } from '../pane.ts'
import { canEmpty, isFixed } from '../panes/form.ts'
import { colour } from '../theme.ts'
import type { BodyProps } from './body-props.ts'
import { Input } from './input.tsx'
import { ProblemLine } from './problem.tsx'
import { Row } from './row.tsx'

/** An operation's form: a row a field, what is wrong below the field, what the field means at the foot. */
export function Form({ pane, columns, height }: BodyProps<FormPane>) {
  const { operation, problem } = pane
  const { fields } = operation
  const atField = problem !== null && fields.some(({ name }) => name === problem.field)
  const foot = wrapped(footOf(pane), columns - 4).slice(0, 2)
  // Title, blank; blank, foot of two; and what is wrong.
  const room = Math.max(1, height - 5 - (problem ? 1 : 0))
  const { start, end } = windowOf(pane.focus, fields.length, room)
  const labels = Math.min(20, Math.max(...fields.map((field) => fieldLabel(field).length), 0))
  return (
    <>
      <Row>
        <Text bold>{` ${safe(operation.summary)}`}</Text>
        <Text dimColor>{pane.busy ? '  …' : more(start, end, fields.length)}</Text>
      </Row>
      {height > 6 && <Row />}
      {problem && !atField && <ProblemLine problem={problem} columns={columns} />}
      {fields.slice(start, end).map((field, i) => (
        <FieldRows
          key={field.name}
          pane={pane}
          field={field}
          focused={start + i === pane.focus && !isFixed(pane, field)}
          labels={labels}
          columns={columns}
        />
      ))}
      {height > 4 && (
        <>
          <Row />
          {foot.map((line) => (
            <Row key={line}>
              <Text dimColor>{`   ${line}`}</Text>
            </Row>
          ))}
        </>
      )}
    </>
  )
}

const more = (start: number, end: number, length: number) =>
  end - start < length ? `  fields ${start + 1} to ${end} of ${length}` : ''

function footOf(pane: FormPane): string {
  const field = pane.operation.fields[pane.focus]
  if (!field) return safe(pane.operation.description)
  if (field.body === 'file') return safe(`${field.description} Type its name, such as ~/cat.jpg.`)
  if (field.body) return safe(`${field.description} ${howToWrite()}`)
  const kind = field.kind === 'list' ? ' Several are parted by commas.' : ''
  const secret = field.secret ? ' It is not shown.' : ''
  return safe(`${field.description}${kind}${secret}`)
}

/** A whole text is not typed into a line of a form. */
function howToWrite(): string {
  const editor = editorOf(process.env)
  return editor === undefined
    ? 'Type the name of a file that has it, such as ~/notes.md; with EDITOR set, Ctrl-O lets you write it.'
    : `Press Ctrl-O to write it in ${editor.split(/[\\/]/).at(-1)}; or type the name of a file that has it, such as ~/notes.md.`
}

function FieldRows(props: { pane: FormPane; field: Field; focused: boolean; labels: number; columns: number }) {
  const { pane, field, focused, labels, columns } = props
  const problem = pane.problem?.field === field.name ? pane.problem : null
  return (
    <>
      <Row>
        <Text bold {...colour('accent')}>
          {focused ? ' › ' : '   '}
        </Text>
        <Text dimColor={!focused} bold={focused}>
          {padded(fieldLabel(field), labels)}
        </Text>
        <Text {...colour('busy')}>{field.required && !isFixed(pane, field) ? ' * ' : '   '}</Text>
        <Value {...props} width={Math.max(4, columns - labels - 8)} />
      </Row>
      {problem && <ProblemLine problem={problem} columns={columns} indent={labels + 6} />}
    </>
  )
}

function Value({ pane, field, focused, width }: { pane: FormPane; field: Field; focused: boolean; width: number }) {
  if (isFixed(pane, field)) return <Text dimColor>{cut(shown(pane.fixed[field.name]), width)}</Text>
  if (field.body && pane.written !== null)
    return <Text>{cut(`${pane.written.split('\n').length} lines written; Ctrl-O opens them again`, width)}</Text>
  const line = pane.lines[field.name]!
  const text = textOf(line)
  const choices = field.kind === 'boolean' ? ['yes', 'no'] : field.kind === 'choice' ? field.choices : []
  if (choices.length > 0)
    return <Choice choices={choices} text={text} focused={focused} hint={placeholder(pane, field)} />
  return (
    <>
      <Input line={line} width={width} focused={focused} masked={field.secret} />
      {text === '' && <Text dimColor>{` ${cut(placeholder(pane, field), width - 2)}`}</Text>}
    </>
  )
}

function Choice(props: { choices: readonly string[]; text: string; focused: boolean; hint: string }) {
  const { choices, text, focused, hint } = props
  return (
    <>
      {choices.map((choice) => (
        <Text key={choice} {...(choice === text ? { bold: true, ...colour('accent') } : { dimColor: true })}>
          {choice === text ? `[${choice}] ` : ` ${choice}  `}
        </Text>
      ))}
      <Text dimColor>{text === '' ? hint : focused ? '←→' : ''}</Text>
    </>
  )
}

/** What an empty field means. */
function placeholder(pane: FormPane, field: Field): string {
  if (field.body)
    return field.body === 'text' && editorOf(process.env)
      ? 'Ctrl-O opens your editor; or type a file’s name'
      : 'type a file’s name'
  if (field.default !== undefined) return `default ${shown(field.default)}`
  if (pane.operation.verb !== 'update' || field.required) return ''
  if (canEmpty(pane, field) && pane.touched.has(field.name)) return 'will be emptied'
  if (field.secret || pane.initial[field.name] === undefined) return 'stays as it is'
  return ''
}
