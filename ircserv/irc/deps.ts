import type { OperationDescription } from '@irc-now/core/operation/describe'

export interface CallOptions {
  confirm?: string
  dryRun?: boolean
  as?: string
  signal?: AbortSignal
}

export interface Change {
  readonly id: string
  readonly subject: string
  readonly type: string
  readonly message: string
}

export interface WaitingNotice {
  readonly id: string
  readonly account: string
  readonly message: string
}

export type ReplyBy = 'NOTICE' | 'PRIVMSG'

/** What NowServ needs of the platform. */
export interface NowServDeps {
  readonly operations: readonly OperationDescription[]
  /** Runs an operation as the IRC account, `null` is nobody; throws OperationError. */
  call(
    account: string | null,
    operation: string,
    input: Record<string, unknown>,
    options: CallOptions,
  ): Promise<unknown>
  /** Role of an account name (already authenticated by the server), or null when the platform does not know it. */
  roleOf(account: string): Promise<'member' | 'ops' | null>
  /** One-time link on which the account finishes an operation that has secret inputs or outputs, for a member (`as`) too. */
  secretLink(account: string, operation: string, input: Record<string, unknown>, as?: string): Promise<string>
  /** Link for signing up / in from IRC. */
  signInLink(kind: 'register' | 'login', nick: string): Promise<string>
  /**
   * Live changes of an account's things from now on, or after the change `since`; `null`, first and now and then, says
   * that none is missed. Throws OperationError.
   */
  events(account: string, signal: AbortSignal, since?: string): AsyncIterable<Change | null>
  /** The id of the account's last change. */
  lastChange(account: string): Promise<string>
  /** What members are to be told though they have not asked, the oldest first. */
  readonly notices?: {
    /** But for these accounts (in lower case); not all at once where it is much. */
    waiting(except: readonly string[]): Promise<readonly WaitingNotice[]>
    said(ids: readonly string[]): Promise<unknown>
    /** Calls `hear` when there is another; answers how to stop. */
    follow(hear: () => void): () => void
  }
  /** By which members want to be answered; forgotten at the next start where there is nothing to keep it. */
  readonly replies?: {
    /** Undefined where the platform does not know the account. */
    of(account: string): Promise<ReplyBy | undefined>
    keep(account: string, by: ReplyBy): Promise<void>
  }
  now(): number
  random(bytes: number): Buffer
  readonly log: { info(o: object, m: string): void; warn(o: object, m: string): void }
}
