import { type PGlite, parse, protocol, type Results } from '@electric-sql/pglite'

/** Statements that are kept; what the platform asks are fewer, so this only bounds the memory. */
export const mostStatements = 500

export type Ask = (text: string, parameters?: readonly unknown[]) => Promise<Results>

type Messages = Awaited<ReturnType<PGlite['execProtocolStream']>>

interface Statement {
  readonly name: string
  readonly parameterTypes: readonly number[]
  /** The rows' columns, as PGlite's own reader wants them before the rows. */
  readonly columns: Messages
}

/**
 * Asks PGlite by statements that stay prepared. Its own `query` has each text read and planned anew, in six messages
 * that each cost more than a row does; a text that is known takes one. Whoever calls is alone with the database.
 */
export function askPrepared(pglite: PGlite): Ask {
  const { serialize } = protocol
  const statements = new Map<string, Statement>()
  let count = 0
  const send = (...messages: Uint8Array[]) =>
    pglite.execProtocolStream(Buffer.concat([...messages, serialize.sync()]), { syncToFs: false })

  async function prepare(text: string): Promise<Statement> {
    const [oldest] = statements.size < mostStatements ? [] : statements
    if (oldest) {
      statements.delete(oldest[0])
      await send(serialize.close({ type: 'S', name: oldest[1].name }))
    }
    count += 1
    const name = `s${count}`
    const messages = await send(serialize.parse({ name, text }), serialize.describe({ type: 'S', name }))
    const statement = {
      name,
      parameterTypes: parse.parseDescribeStatementResults(messages),
      columns: messages.filter((message) => message instanceof protocol.messages.RowDescriptionMessage),
    }
    statements.set(text, statement)
    return statement
  }

  return (text, parameters = []) =>
    pglite.runExclusive(async () => {
      const { name, parameterTypes, columns } = statements.get(text) ?? (await prepare(text))
      const values = parameters.map((value, i) => {
        if (value === null || value === undefined) return null
        const written = pglite.serializers[parameterTypes[i]!]
        return written ? written(value) : String(value)
      })
      const answered = await send(serialize.bind({ statement: name, values }), serialize.execute({}))
      await pglite.syncToFs()
      return parse.parseResults([...columns, ...answered], pglite.parsers)[0]!
    })
}
