import { createOneTimeLink } from '@irc-now/core/accounts/one-time-link'
import type { Caller } from '@irc-now/core/operation/context'
import type { AnyOperation } from '@irc-now/core/operation/define'
import { describeOperation } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { storageFull } from '@irc-now/core/operation/storage-error'
import { noticeWake } from '@irc-now/core/store/event-store'
import type { Logger } from 'pino'
import { followEvents, type Wake } from '../http/events.ts'
import type { NowServDeps } from './deps.ts'

const linkLifeMs = 15 * 60_000

/** What NowServ does with the platform: an IRC account is the platform's account of that name. */
export function createNowServDeps(options: {
  operations: readonly AnyOperation[]
  runtime: Runtime
  wake: Wake
  log: Logger
}): NowServDeps {
  const { operations, runtime, wake, log } = options
  const find = (account: string) => runtime.read((store) => store.accounts.byName(account))
  const idOf = async (account: string) => {
    const row = await find(account)
    if (row) return row.id
    throw new OperationError('not_signed_in', 'Sign in first; LOGIN says how.')
  }
  const callerOf = (account: string | null): Caller => ({
    accountId: null,
    ...(account === null ? {} : { accountName: account }),
    via: 'irc',
    scopes: ['*'],
  })
  return {
    operations: operations.map(describeOperation),
    async call(account, name, input, { confirm, dryRun, as }) {
      const operation = operations.find((one) => one.name === name)
      if (!operation) throw new OperationError('unknown_operation', 'There is no such operation; HELP lists them.')
      return run(
        runtime,
        operation,
        input,
        { ...callerOf(account), ...(as === undefined ? {} : { as }) },
        {
          ...(confirm === undefined ? {} : { confirm }),
          ...(dryRun === undefined ? {} : { dryRun }),
        },
      )
    },
    async roleOf(account) {
      const row = await find(account)
      return row && !row.deleted_at ? row.role : null
    },
    async secretLink(account, operation, input, as) {
      const link = { accountId: await idOf(account), operation, request: { input, as }, lifeMs: linkLifeMs }
      const { url } = await runtime.transaction((store) =>
        createOneTimeLink(store, { ...runtime, now: runtime.now() }, link),
      )
      return url
    },
    signInLink: async (kind, nick) => `${runtime.platform.httpUrl}/${kind}?nick=${encodeURIComponent(nick)}`,
    async *events(account, signal, since) {
      yield* followEvents(runtime, wake, await idOf(account), since ?? null, signal)
    },
    async lastChange(account) {
      const id = await idOf(account)
      return runtime.read((store) => store.events.lastId(id))
    },
    notices: {
      waiting: (except) => runtime.read((store) => store.events.unsaid(except)),
      said: (ids) => runtime.transaction((store) => store.events.said(ids)),
      follow: (hear) => wake(noticeWake, hear),
    },
    replies: {
      of: async (account) => (await find(account))?.replies,
      async keep(account, by) {
        const id = await idOf(account)
        if (!(await runtime.hasRoom())) throw storageFull()
        await runtime.transaction((store) => store.accounts.update(id, { replies: by }))
      },
    },
    now: () => runtime.now().getTime(),
    random: (bytes) => runtime.random(bytes),
    log,
  }
}
