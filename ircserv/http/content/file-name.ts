import { basename } from 'node:path/posix'

/** The file's name in a `Content-Disposition`, without folders and control characters; null where there is none. */
export function fileNameOf(header: string | undefined): string | null {
  const [, encoded] = /;\s*filename\*=utf-8'[^']*'([^;\s]+)/i.exec(header ?? '') ?? []
  const [, quoted, word] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(header ?? '') ?? []
  const given = (encoded === undefined ? undefined : decoded(encoded)) ?? quoted?.replace(/\\(.)/g, '$1') ?? word ?? ''
  return plainName(given)
}

/** A file’s name as somebody says it, without folders and control characters; null where nothing is left of it. */
export function plainName(given: string): string | null {
  const name = basename(given.replaceAll('\\', '/'))
    .replace(/[\p{Cc}\u2028\u2029]/gu, '')
    .toWellFormed()
    .trim()
  return ['', '.', '..'].includes(name) ? null : name
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
