import { setTimeout as delay, setImmediate as tick } from 'node:timers/promises'

/** Who is silent for so long answers no question. */
const patienceMs = 1000
/** The rest of an answer follows at once, or as soon as a network brings it; what a person types doesn’t. */
const gapMs = 250

/** Answers, none of which is a key: of kitty’s graphics, of iTerm2, the device’s attributes, a character’s size. */
const answer =
  /\x1b_G[^\x1b]*\x1b\\|\x1b\]1337;ReportCellSize=[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?[\d;]*c|\x1b\[6;\d+;\d+t/g
/** What one may begin with. */
const begun = /\x1b(?:_[^\x1b]*\x1b?|\][^\x07\x1b]*\x1b?|\[\?[\d;]*|\[6?(?:;[\d;]*)?)?$/
/** The last of the answers: every terminal gives this one, and in their order. */
const last = /^\x1b\[\?[\d;]*c$/

export interface Terminal {
  readonly input: NodeJS.ReadStream
  write(text: string): void
}

/**
 * Writes questions and gathers what the terminal answers, which is taken out of what it sends: the keys between go on
 * to whoever reads them. Answers that come too late are taken out too.
 */
export async function askTerminal({ input, write }: Terminal, questions: string): Promise<string> {
  const heard: string[] = []
  const { promise: done, resolve: end } = Promise.withResolvers<void>()
  let waiting = true
  let held = ''
  let released = ''
  let gap: AbortController | undefined
  const read = input.read.bind(input)
  input.read = (size?: number) => {
    const chunk: string | null = read(size)
    if (chunk === null && released === '') return null
    const rest = (released + held + (chunk ?? '')).replace(answer, (one) => {
      heard.push(one)
      if (last.test(one)) end()
      return ''
    })
    gap?.abort()
    held = waiting && released === '' ? (begun.exec(rest)?.[0] ?? '') : ''
    released = ''
    if (held !== '') {
      gap = new AbortController()
      pass(gapMs, gap.signal).then(release, () => undefined)
    }
    return rest.slice(0, rest.length - held.length)
  }
  /** It was a key after all. */
  function release(): void {
    released = held
    held = ''
    if (released !== '') input.emit('readable')
  }
  write(`${questions}\x1b[c`)
  await Promise.race([done, pass(patienceMs)])
  waiting = false
  return heard.join('')
}

/** So long, and as long as it takes to read what has come by then: after a busy moment, timers are served first. */
async function pass(ms: number, signal?: AbortSignal): Promise<void> {
  const how = signal && { signal }
  await delay(ms, undefined, how)
  await tick(undefined, how)
}
