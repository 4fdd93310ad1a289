/** Characters that take no room or turn the direction of others: a person does not see that they are there. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g

/** A sentence that names such characters of a text as terminals show them, with a space before it; empty without any. */
export function unseenIn(text: string): string {
  const names = [...new Set(text.match(unseen) ?? [])].map(
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return names.length === 0 ? '' : ` There is ${names.join(' and ')} in it, which nobody sees; type it again.`
}
