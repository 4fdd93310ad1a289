export interface IrcLine {
  readonly tags: Readonly<Record<string, string>>
  readonly source: string
  readonly command: string
  readonly params: readonly string[]
}

/** Parses one IRC line, without its line break; tag values stay as they came. */
export function parseIrcLine(text: string): IrcLine {
  const [, tagText = '', source = '', rest = ''] = /^(?:@(\S+) +)?(?::(\S+) +)?(.*)$/s.exec(text) ?? []
  const tags: Record<string, string> = {}
  for (const tag of tagText.split(';')) {
    const equals = tag.indexOf('=')
    if (tag !== '') tags[equals < 0 ? tag : tag.slice(0, equals)] = equals < 0 ? '' : tag.slice(equals + 1)
  }
  const trailing = rest.indexOf(' :')
  const middle = trailing < 0 ? rest : rest.slice(0, trailing)
  const [command = '', ...params] = middle.split(/ +/).filter((word) => word !== '')
  if (trailing >= 0) params.push(rest.slice(trailing + 2))
  return { tags, source, command: command.toUpperCase(), params }
}
