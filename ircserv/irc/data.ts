import { MessageTags } from 'irc-framework'

/** The client-only tag with which the last line of an answer carries its result as JSON, for programs. */
export const dataTag = '+irc.now/data'

/** Bytes of tags that a server takes from a client, without the @ before and the space after them (IRCv3 message-tags). */
const mostBytes = 4094

// JSON reads the same with these escaped, and no client that shows tags is steered by them.
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
const escaped = (character: string) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`

/** The tags with `data` among them, or without it where all together would be longer than a server takes. */
export function withData(tags: Readonly<Record<string, string>>, data: unknown): Record<string, string> {
  if (data === undefined) return { ...tags }
  const json = JSON.stringify(data).replace(unsafe, escaped)
  const all = { ...tags, [dataTag]: json }
  // Escaping at most doubles it, and the other tags are short: most answers need no counting.
  if (json.length * 6 < mostBytes / 2) return all
  return Buffer.byteLength(MessageTags.encode(all)) <= mostBytes ? all : { ...tags }
}
