import type { OperationDescription } from '@irc-now/core/operation/describe'
import type { Action, Input } from '../actions.ts'
import { lineOf } from '../line-editor.ts'
import type { ConfirmPane, FormPane, Item } from '../pane.ts'

/** What says how much an action costs, in the words of the operation that asks for it. */
const questions: Readonly<Record<string, (input: Input) => Input>> = {
  'billing.upgrade': ({ plan, yearly }) => ({ name: plan, ...(yearly === undefined ? {} : { yearly }) }),
  'billing.addon.add': ({ name, quantity }) => ({ name, quantity: quantity ?? 1, more: true }),
}

/** What is to be asked before something is bought; null where nothing is. */
export function priceQuestion(
  operations: readonly OperationDescription[],
  { operation, input }: Action,
): Action | null {
  const question = questions[operation.name]
  const preview = operations.find(({ name }) => name === 'billing.preview')
  return question && preview ? { operation: preview, input: question(input) } : null
}

/** What it costs, and the question whether to go on: where it is charged at once, the amount is to be typed. */
export function pricePane(action: Action, form: FormPane | null, price: Item): ConfirmPane {
  const now = Number(price.dueNowCents ?? 0)
  const charged = now > 0 && price.onPage !== true
  return {
    kind: 'confirm',
    title: 'price',
    action,
    form,
    expected: charged ? (now / 100).toFixed(2) : '',
    message: charged
      ? 'This is charged at once, and nothing more.'
      : now > 0
        ? 'Nothing is charged yet: you get a link to the page where you pay.'
        : 'Nothing is charged now.',
    price,
    line: lineOf(''),
    problem: null,
    busy: false,
  }
}
