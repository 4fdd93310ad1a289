import type { OperationDescription } from '@irc-now/core/operation/describe'
import { nounsOf, pickNoun, pickVerb } from './command.ts'
import { dataTag } from './data.ts'

/** HELP, HELP NOUN, HELP NOUN VERB. `operations` are those that the asker may use. */
export function helpLines(operations: readonly OperationDescription[], words: readonly string[]): string[] {
  const nouns = nounsOf(operations)
  const [nounWord, ...verbWords] = words
  if (nounWord === undefined) {
    return [
      'I do on IRC what irc-now does in the shell. Commands may be shortened: B CR is BOUNCER CREATE. Settings are named as there: --nick alice2 (or nick=alice2).',
      ...nouns.map(
        (noun) =>
          `${noun.toUpperCase()}: ${operations
            .filter((one) => one.noun === noun)
            .map(({ verb }) => verb.toUpperCase())
            .join(', ')}`,
      ),
      'REGISTER and LOGIN tell how to get an account and sign in, SET REPLIES how I answer. HELP BOUNCER CREATE tells all about a command.',
      `For programs, the last line of an answer has its JSON in the tag ${dataTag}.`,
    ]
  }
  if (/^(register|login)$/i.test(nounWord)) {
    const what = nounWord.toLowerCase() === 'login' ? 'sign in' : 'create an account'
    return [`${nounWord.toUpperCase()}: I answer with a link to a page on which you ${what}; type no password here.`]
  }
  if (/^set$/i.test(nounWord))
    return ['SET REPLIES NOTICE or PRIVMSG: by which I answer you; NOTICE unless you say so.']
  const noun = pickNoun(operations, nounWord, verbWords[0])
  const ofNoun = operations.filter((one) => one.noun === noun)
  if (verbWords.length === 0) return ofNoun.map((one) => `${usage(one)}: ${one.summary}`)
  const verb = pickVerb(
    noun,
    ofNoun.map((one) => one.verb),
    verbWords,
  )
  const operation = ofNoun.find((one) => one.verb === verb)!
  return [
    usage(operation),
    [operation.summary, operation.description].filter(Boolean).join(' '),
    ...operation.fields.map((field) => {
      const notes = [
        field.description,
        field.choices.length > 0 ? `One of ${field.choices.join(', ')}.` : '',
        field.default === undefined ? '' : `Default ${String(field.default)}.`,
        field.body ? 'You get a link to a page for it.' : '',
        field.secret ? 'Secret: you get a link for it, never type it here.' : '',
      ]
      return `  --${field.flag} …${field.required ? ' (required)' : ''} ${notes.filter(Boolean).join(' ')}`
    }),
    ...operation.examples
      .slice(0, 2)
      .map((example) =>
        `  Example: ${operation.noun.toUpperCase()} ${operation.verb.toUpperCase()} ${example}`.trimEnd(),
      ),
    ...(operation.effect === 'destroy' ? ['  It wants a confirmation, which I will ask you for.'] : []),
  ]
}

function usage(operation: OperationDescription): string {
  const positionals = operation.fields
    .filter(({ position }) => position !== null)
    .sort((a, b) => a.position! - b.position!)
  return [
    operation.noun.toUpperCase(),
    operation.verb.toUpperCase(),
    ...positionals.map((field) => (field.required ? `<${field.flag}>` : `[${field.flag}]`)),
  ].join(' ')
}
