import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createTerminal, startPlatform } from './platform.fixture.ts'

/** One for all tests of a file. */
export let platform: Awaited<ReturnType<typeof startPlatform>>
/** Each test's own. */
export let terminal: Awaited<ReturnType<typeof createTerminal>>

/** Gives a file's tests a platform and a terminal, which is signed in where an account is named. */
export function withTerminal(account?: string): void {
  beforeAll(async () => {
    platform = await startPlatform()
  })
  afterAll(() => platform.stop())
  beforeEach(async () => {
    terminal = await createTerminal()
    if (account !== undefined) await terminal.login(platform.url, account)
    platform.state.refreshes = 0
  })
  afterEach(async () => {
    Object.assign(platform.state, { holdTokens: null, holdAccount: null, onHold: () => {} })
    await terminal.remove()
  })
}

/** Lets no token request be answered until `go`; `held` resolves when one waits. */
export function holdTokens(): { readonly held: Promise<void>; go(): void } {
  const held = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  platform.state.onHold = held.resolve
  platform.state.holdTokens = answered.promise
  return {
    held: held.promise,
    go() {
      platform.state.holdTokens = null
      answered.resolve()
    },
  }
}
