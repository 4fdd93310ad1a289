import { z } from 'zod'
import { AuditLine, auditLineOf } from '../audit/list.ts'
import { Override, overrideOf } from '../billing/overrides.ts'
import { Summary, summaryOf } from '../billing/summary.ts'
import { Paste } from '../content/pastes/paste.ts'
import { pasteOf } from '../content/pastes/paste-store.ts'
import { Picture } from '../content/pictures/picture.ts'
import { pictureOf } from '../content/pictures/picture-store.ts'
import { defineOperation } from '../operation/define.ts'
import { Bouncer } from '../provisioning/bouncers/bouncer.ts'
import { bouncerOf } from '../provisioning/bouncers/bouncer-store.ts'
import { Upstream } from '../provisioning/upstreams/upstream.ts'
import { upstreamOf } from '../provisioning/upstreams/upstream-store.ts'
import { Account } from './account.ts'
import { accountOf } from './account-store.ts'
import { AppPassword, appPasswordOf } from './passwords/password.ts'
import { Token, tokenOf } from './tokens/token.ts'

export const exportAccount = defineOperation({
  name: 'account.export',
  summary: 'Export all that is kept about you.',
  description:
    'Secrets are left out: they are kept as hashes, or sealed for the bouncer alone. Messages are for IRC clients to fetch from the bouncer, pictures lie at their addresses.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({
    account: Account,
    replies: z.enum(['NOTICE', 'PRIVMSG']).describe('By which NowServ answers you.'),
    passwords: z.array(AppPassword),
    tokens: z.array(Token),
    bouncers: z.array(Bouncer),
    upstreams: z.array(Upstream),
    pastes: z.array(Paste.extend({ text: z.string() })),
    pictures: z.array(Picture),
    billing: Summary.extend({
      customer: z.string().nullable().describe('Who you are at the payment provider.'),
      overrides: z.array(Override).describe('What operators have given or denied you.'),
      keeps: z
        .array(z.object({ limit: z.string(), names: z.array(z.string()) }))
        .describe('What you want to stay where there is more than your plan allows.'),
    }),
    audit: z.array(AuditLine),
  }),
  errors: [],
  async handle(_input, { actor, store, platform, now }) {
    const bouncers = await Promise.all(
      (await store.bouncers.list(actor.id)).map(async (row) => ({
        row,
        upstreams: await store.upstreams.list(row.id),
      })),
    )
    const account = (await store.accounts.byId(actor.id))!
    return {
      account: accountOf(account),
      replies: account.replies,
      passwords: (await store.passwords.list(actor.id)).map(appPasswordOf),
      tokens: (await store.tokens.list(actor.id)).map(tokenOf),
      bouncers: bouncers.map(({ row, upstreams }) => bouncerOf(row, upstreams)),
      upstreams: bouncers.flatMap(({ row, upstreams }) => upstreams.map((upstream) => upstreamOf(upstream, row))),
      pastes: (await store.pastes.texts(actor.id)).map((row) => ({ ...pasteOf(row, platform), text: row.text })),
      pictures: (await store.pictures.list(actor.id, now)).map((row) => pictureOf(row, platform)),
      billing: {
        ...(await summaryOf(store, actor, now)),
        customer: (await store.billing.byAccount(actor.id))?.customer_id ?? null,
        overrides: (await store.billing.overrides(actor.id)).map(overrideOf),
        keeps: (await store.billing.choices(actor.id)).map(({ limit_name: limit, names }) => ({
          limit,
          names: JSON.parse(names) as string[],
        })),
      },
      audit: (await store.audit.list(actor.id, null)).map(auditLineOf),
    }
  },
})
