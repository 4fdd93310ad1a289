import { OperationError } from '@irc-now/core/operation/errors'

/**
 * Bodies that are in memory as a whole while they come: of one sender at most `each` at a time, and of all `all`. More
 * are refused before anything of them is read, with `rate_limited`.
 */
export function createHeldBodies({ each, all }: { readonly each: number; readonly all: number }) {
  const held = new Map<string, number>()
  let total = 0
  return async <T>(sender: string, work: () => Promise<T>): Promise<T> => {
    const own = held.get(sender) ?? 0
    if (own >= each || total >= all)
      throw new OperationError('rate_limited', 'Another upload is just being received; send this one again after it.')
    held.set(sender, own + 1)
    total += 1
    try {
      return await work()
    } finally {
      total -= 1
      const left = held.get(sender)! - 1
      if (left > 0) held.set(sender, left)
      else held.delete(sender)
    }
  }
}
