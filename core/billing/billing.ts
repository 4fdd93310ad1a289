import type { Payments } from './payments.port.ts'
import type { SandboxDesk } from './sandbox/sandbox-desk.ts'

/** Billing as operations, pages and sweeps use it; nothing of it is called inside a transaction. */
export interface Billing {
  readonly payments: Payments
  /** The sandbox's pages and clock, where that is what takes the payments. */
  readonly sandbox: SandboxDesk | null
  /** Makes sure that these payments are the database’s own; throws one sentence for who has configured them otherwise. */
  claim(): Promise<void>
  /** Reads a customer's state at the provider and makes ours the same. Resolves once it is at least as new as the call. */
  sync(customerId: string): Promise<void>
}
