import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import { Account, AccountName } from './account.ts'
import { accountOf } from './account-store.ts'

export const showAccount = defineOperation({
  name: 'account.show',
  summary: 'Show an account: one’s own, where none is named.',
  description: 'Operators can show any account by its name.',
  access: 'member',
  effect: 'read',
  positional: ['name'],
  input: z.object({ name: AccountName.optional() }),
  output: Account,
  errors: ['not_found'],
  examples: [''],
  async handle({ name }, { actor, store }) {
    const wanted = name ?? actor.name
    const row = await store.accounts.byName(wanted)
    const mine = row?.id === actor.id
    if (!row || (!mine && actor.role !== 'ops')) {
      throw new OperationError(
        'not_found',
        'There is no account of that name that you may see; “account show” shows yours.',
        { field: 'name' },
      )
    }
    return accountOf(row)
  },
})
