import { readFileSync } from 'node:fs'
import type { FrontEnd } from './front-end.ts'

/** `/v1/<operation>`, as any HTTP client speaks it. */
export function httpFrontEnd(url: string): FrontEnd {
  return {
    name: 'http',
    via: 'http',
    async run(person, operation, input, { confirm, dryRun, as } = {}) {
      const read = operation.effect === 'read'
      const target = new URL(`/v1/${operation.name}`, url)
      const file = operation.fields.find(({ body }) => body === 'file')
      if (read || file) {
        for (const [name, value] of Object.entries(input).filter(([one]) => one !== file?.name))
          for (const one of Array.isArray(value) ? value : [value]) target.searchParams.append(name, String(one))
      }
      const response = await fetch(target, {
        method: read ? 'GET' : 'POST',
        headers: {
          ...(person ? { authorization: `Bearer ${person.token}` } : {}),
          ...(read ? {} : { 'content-type': file ? 'application/octet-stream' : 'application/json' }),
          ...(confirm === undefined ? {} : { 'irc-now-confirm': encodeURIComponent(confirm) }),
          ...(dryRun ? { 'irc-now-dry-run': 'true' } : {}),
          ...(as === undefined ? {} : { 'irc-now-as': encodeURIComponent(as) }),
        },
        ...(read ? {} : { body: file ? fileOf(input[file.name]) : JSON.stringify(input) }),
      })
      const answer = (await response.json()) as { code?: string; field?: string; status?: unknown }
      if (response.status === 200) return { output: answer }
      if (answer.status !== response.status) throw new Error(`status ${response.status}: ${JSON.stringify(answer)}`)
      return { code: answer.code ?? '', field: answer.field }
    },
    close() {},
  }
}

/** A file by its path, or nothing. */
const fileOf = (path: unknown) => (typeof path === 'string' ? readFileSync(path) : '')
