import type { OperationDescription } from '@irc-now/core/operation/describe'
import type { Item, ListPane } from '../pane.ts'

/** What the billing screen reads besides how the bill stands: the limits with what is used of them, and the plans. */
export interface Board {
  readonly usage: ListPane
  readonly plans: ListPane
  /** Where both have no room at once, which is seen. */
  view: 'usage' | 'plans'
}

/** A line of `plan.show`. */
export interface UsageLine extends Item {
  readonly limit: string
  readonly allowed: string
  readonly used: string | null
  readonly why: string
  readonly value: number | null
  readonly has: number | null
}

/** A line of `plan.list`. */
export interface PlanLine extends Item {
  readonly name: string
  readonly title: string
  /** What is to be known before it is bought. */
  readonly note: string | null
  readonly tier: 'account' | 'network' | 'addon'
  /** What is published may stay until it is deleted. */
  readonly forEver: boolean
  readonly prices: readonly { readonly cents: number; readonly interval: string }[]
  readonly limits: Readonly<Record<string, number | null>>
}

export function boardOf(
  operations: readonly OperationDescription[],
  { name }: OperationDescription,
  list: (operation: OperationDescription) => ListPane,
): Board | null {
  if (name !== 'billing.show') return null
  const named = (wanted: string) => operations.find((one) => one.name === wanted)
  const [usage, plans] = [named('plan.show'), named('plan.list')]
  return usage && plans ? { usage: list(usage), plans: list(plans), view: 'usage' } : null
}

/** What is to be read again with the bill; the plans are the same for as long as the platform runs. */
export const readsOf = ({ usage, plans }: Board): ListPane[] => (plans.items === null ? [usage, plans] : [usage])

type Keys = Readonly<Record<string, { readonly operation: string; readonly label: string }>>

/** What each letter does on the screen; all else is in the menu. Operators, who pay for nothing, are offered nothing. */
export const billingKeys = ({ plan, paysFor }: Item): Keys =>
  plan === 'ops' && !(Array.isArray(paysFor) && paysFor.length > 0) ? {} : memberKeys

const memberKeys: Keys = {
  u: { operation: 'billing.upgrade', label: 'upgrade' },
  '+': { operation: 'billing.addon.add', label: 'add-on' },
  o: { operation: 'billing.portal', label: 'card' },
}
