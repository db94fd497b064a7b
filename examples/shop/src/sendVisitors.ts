/** Posts made-up sessions straight to the collector, one batch a session, and says how many events it took. */
import type { Visitor } from './visitors.ts'

interface Collector {
  readonly endpoint: string
  readonly key: string
}

/** Rejects with what the collector said when it did not take everything. */
export async function sendVisitors(visitors: readonly Visitor[], collector: Collector): Promise<number> {
  const address = `${collector.endpoint.replace(/\/$/, '')}/v1/batch?key=${encodeURIComponent(collector.key)}`
  const accepted = await Promise.all(visitors.map((visitor) => send(address, visitor)))
  return accepted.reduce((sum, each) => sum + each, 0)
}

async function send(address: string, visitor: Visitor): Promise<number> {
  // As text, like the SDK: a type that asks no preflight.
  const headers = { 'content-type': 'text/plain' }
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(visitor.batch) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.status} ${text}`)
  const { accepted, refused } = JSON.parse(text) as { accepted: number; refused: readonly unknown[] }
  if (refused.length > 0) throw new Error(JSON.stringify(refused[0]))
  return accepted
}
