import { accounts } from './accounts.ts'
import { billing } from './billing.ts'
import { content } from './content.ts'
import { hostnames } from './hostnames.ts'
import { provisioning } from './provisioning.ts'
import type { Row } from './row.ts'

/** Every operation of the catalogue, with inputs that succeed and inputs that fail. Lists of everybody's come first. */
export const rows: Readonly<Record<string, Row>> = {
  ...accounts,
  ...billing,
  ...provisioning,
  ...content,
  ...hostnames,
}
