import { languages } from '@irc-now/core/content/pastes/languages'
import highlighter from 'highlight.js'
import { expect, test } from 'vitest'

test('the languages that are offered are those of the highlighter', () => {
  const named = (name: string, aliases: readonly string[] = []) =>
    [...new Set([name, ...aliases].map((one) => one.toLowerCase()))].join(' ')
  expect(languages.map(({ name, aliases }) => named(name, aliases))).toEqual(
    highlighter
      .listLanguages()
      .sort()
      .map((name) => named(name, highlighter.getLanguage(name)?.aliases)),
  )
})
