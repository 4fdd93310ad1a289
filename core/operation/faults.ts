const hook = Symbol.for('irc-now.fault')

/**
 * A named place where a crash would hurt most. Does nothing, unless a test has put a function there that ends the
 * process: that is how the suite dies at every single write, not at a random time.
 */
export function faultPoint(name: string): void {
  const holder = globalThis as { [hook]?: (name: string) => void }
  holder[hook]?.(name)
}
