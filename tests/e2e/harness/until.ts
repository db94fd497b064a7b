/**
 * Waiting, the only way this suite does it: ask again until the answer is there, and name what did not come.
 *
 * No test waits for time to pass. A deadline is generous, since it is spent only by a test that fails.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** Between two questions. */
const GAP_MS = 50

/** Resolves to the first answer that is neither undefined nor false; rejects with what `last` says after the deadline. */
export async function until<Answer>(
  what: string,
  seconds: number,
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
  last: () => unknown = () => '',
): Promise<Answer> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what} ${describe(last())}`)
    await pause(GAP_MS)
  }
}

function describe(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1)
}
