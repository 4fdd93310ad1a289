import type { Before } from '../operation/context.ts'
import { reviewDue } from './rounds.ts'
import type { SandboxDesk } from './sandbox/sandbox-desk.ts'

const day = 86_400_000

interface StepDeps extends Pick<Before, 'billing' | 'read' | 'transaction' | 'now'> {
  readonly sandbox: SandboxDesk
}

/**
 * Moves the sandbox's clock on to a time, as real days would pass: it stops after each day that brings something, which is
 * read and told to members before it goes on. Answers the time by it.
 */
export async function stepTo(deps: StepDeps, to: Date): Promise<Date> {
  const { billing, sandbox } = deps
  // Noted for the rounds, who try it again and tell of it.
  const reviewing = { ...deps, problem: () => undefined }
  for (;;) {
    const at = await nextStop(deps, to)
    const reached = await sandbox.advanceTo(at)
    for (const customerId of await sandbox.untold()) await billing.sync(customerId)
    await reviewDue(reviewing)
    if (at >= to) return reached
  }
}

/** The end of the first day that brings something, counted from the present time; the time itself where none does before. */
async function nextStop({ read, sandbox, now }: StepDeps, to: Date): Promise<Date> {
  const clock = await read((store) => store.billing.now(now()))
  const times = [await sandbox.nextAt(), await read((store) => store.billing.nextReview(clock))]
  const due = Math.min(...times.map((at) => at?.getTime() ?? Number.POSITIVE_INFINITY))
  const days = Math.max(1, Math.ceil((due - clock.getTime()) / day))
  return new Date(Math.min(to.getTime(), clock.getTime() + days * day))
}
