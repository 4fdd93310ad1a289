export interface Program {
  readonly path: string
  /** As far as it can be told: `0.9.0`, `0.9 or later`. */
  readonly version: string
  /** Where its libraries lie when they are not the system's. */
  readonly libraryPath?: string
}

export interface Programs {
  readonly soju: Program
  readonly ergo: Program
}

/** soju or ergo cannot be had; the message says in one sentence what to do. */
export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing'
}
