import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/**
 * One question for all who ask the same of different things in one turn of the event loop: a statement costs the
 * database far more than a row. It is put after each of them has asked, so nobody gets an older answer than alone.
 */
export function together<Answer>(
  db: Kysely<Schema>,
  ask: (keys: readonly string[]) => Promise<(key: string) => Answer>,
): (key: string) => Promise<Answer> {
  const alone = async (key: string) => (await ask([key]))(key)
  // A transaction is one caller's, and is not kept waiting.
  if (db.isTransaction) return alone
  let waiting: Map<string, PromiseWithResolvers<Answer>> | undefined

  async function answer(asked: NonNullable<typeof waiting>): Promise<void> {
    // Asked together they may fail for one of them: then each is asked for alone.
    const answerOf = await ask([...asked.keys()]).catch((error) =>
      asked.size > 1 ? alone : () => Promise.reject(error),
    )
    for (const [key, { resolve }] of asked) resolve(answerOf(key) as Answer)
  }

  return (key) => {
    if (!waiting) {
      const asked = new Map()
      waiting = asked
      setImmediate(() => {
        waiting = undefined
        void answer(asked)
      })
    }
    const known = waiting.get(key)
    if (known) return known.promise
    const mine = Promise.withResolvers<Answer>()
    waiting.set(key, mine)
    return mine.promise
  }
}
