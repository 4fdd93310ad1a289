/**
 * How many words make a verb that begins with `first`: two where there is one like `hostname set`, else one. All verbs of
 * a noun that begin with the same word have as many, so that what follows is never taken for part of them.
 */
export const verbLength = (verbs: readonly string[], first: string | undefined): number =>
  verbs.find((verb) => verb.split(' ')[0] === first)?.split(' ').length ?? 1
