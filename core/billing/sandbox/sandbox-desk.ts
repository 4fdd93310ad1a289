import type { Preview } from '../payments.port.ts'
import type { SandboxCheckout, SandboxCustomer } from './state.ts'

/** What the sandbox can do beyond the port: its pages, its clock, and what banks do. */
export interface SandboxDesk {
  showCheckout(id: string): Promise<Preview & { readonly checkout: SandboxCheckout }>
  /** Answers where the browser goes on, or that the bank wants to ask first. Throws `payment_failed`. */
  pay(id: string, card: string, authenticated: boolean): Promise<string | 'authenticate'>
  showPortal(id: string): Promise<{ readonly returnUrl: string; readonly customer: SandboxCustomer }>
  /** A new card, which pays what is open. */
  putCard(portalId: string, card: string): Promise<void>
  dispute(customerId: string, open: boolean): Promise<void>
  /** Moves the clock on to a time, and everybody with it; never back. Answers the time by it. */
  advanceTo(at: Date): Promise<Date>
  /** When something happens next to a customer by itself; null where nothing will. */
  nextAt(): Promise<Date | null>
  /** Whom there is something to tell of that was not told yet. */
  untold(): Promise<string[]>
  /** Lets happen what the time has brought to each customer. */
  catchUp(): Promise<void>
}
