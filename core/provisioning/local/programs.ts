export interface Program {
  readonly path: string
  readonly version: string
}
export interface Programs {
  readonly soju: Program
  readonly ergo: Program
}
