import { cpus } from 'node:os'

/** Milliseconds of one run of each contestant, in the order of the rounds. */
export type Times = Record<string, number[]>

/** Runs the contestants in turn, A B A B …, `warmUps` rounds uncounted: what slows the machine down slows all of them. */
export async function interleaved(
  contestants: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
  warmUps = 2,
): Promise<Times> {
  const times: Times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      const ms = await run()
      if (round >= 0) times[name]!.push(ms)
    }
  }
  return times
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

export const machine = () =>
  `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`

/** Prints a table in Markdown, as it stands in docs/performance.md. */
export function print(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  console.log([`\n## ${title}\n`, line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n'))
}

export const ms = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
export const ratio = (value: number) => `${value.toFixed(2)} ×`
