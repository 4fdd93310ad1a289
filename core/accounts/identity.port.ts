import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Claims } from '../billing/outbox.ts'

/** Who people are: an OIDC provider. */
export interface Identity {
  readonly issuer: string
  /**
   * The account that an access token of the provider stands for; null when the token is not good. Never throws. What was
   * begun `at` a time, such as a stream, may outlive the token, but not a new password.
   */
  verifyAccessToken(token: string, at?: Date): Promise<{ readonly accountId: string } | null>
}

/** Who is told what tokens are to say of an account besides who it is. Told again, it is the same. */
export interface IdentityClaims {
  putClaims(accountId: string, claims: Claims): Promise<void>
}

/** A provider that runs in this process, so that somebody must serve its endpoints and its pages. */
export interface ServedIdentity extends Identity {
  /** Whether a request's path is the provider's; then `handle` answers it. */
  owns(path: string | undefined): boolean
  handle(request: IncomingMessage, response: ServerResponse): void
  /** The sign-in that waits for this browser, or null: its id is in the path of the page (`signInPath`). */
  waiting(request: IncomingMessage, response: ServerResponse): Promise<string | null>
  /** Ends the waiting sign-in: this account it is. Answers where the browser goes on. */
  signedIn(request: IncomingMessage, response: ServerResponse, accountId: string): Promise<string>
  /** Where a browser goes that is to sign in for our own pages; it comes back to `signedInPath` with `code` and `state`. */
  signInUrl(state: string, verifier: string): string
  /** What a code stands for, once, with the verifier that its sign-in began with; null where it is not good. */
  redeem(code: string, verifier: string): Promise<BrowserSignIn | null>
  /** Whether a browser’s sign-in goes on: it has neither been signed out nor run out. */
  lasts(session: string): Promise<boolean>
}

/** Who has signed in, and the name of this browser’s session with the provider. */
export interface BrowserSignIn {
  readonly accountId: string
  readonly session: string
}

/** Where a browser comes back to that has signed in for our own pages. */
export const signedInPath = '/signed-in'

/** Where a browser is sent to sign in. */
export const signInPath = (id: string) => `/sign-in/${id}`

/** The provider's own pages, dressed by the front end: each answers with a whole HTML document. */
export interface ProviderPages {
  /** The headers of every page. */
  readonly headers: Readonly<Record<string, string>>
  /** Asks for the code that a terminal shows; `problem` is one sentence about the last try. */
  code(form: { action: string; token: string; code: string }, problem: string | null): Promise<string>
  /** Asks whether this code is the one on the person's terminal. `account` is who is signed in already. */
  confirmCode(form: { action: string; token: string; code: string }, account: string | null): Promise<string>
  codeDone(account: string): Promise<string>
  signOut(form: { action: string; token: string }): Promise<string>
  signedOut(): Promise<string>
  problem(sentence: string): Promise<string>
}
