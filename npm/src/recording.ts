/**
 * Makes an event of a call, at the call: its id, session, time and place are given here once and never change.
 *
 * What the core will hold back from the wire is held back here too, since an event may leave before the core is there.
 */
import { newId } from './ids.js'
import { correlationId, sessionId } from './session.js'
import type { User, VigieEvent } from './types.js'
import type { Column } from './wire.js'

/** What a call says; absent and empty say nothing. `metadata` is JSON text: a copy that nobody can change any more. */
export type Said = { readonly [column in Column]?: string | number | boolean | null | undefined }

export interface Recorded {
  readonly id: string
  readonly eventType: string
  readonly at: number
  readonly said: Said
}

let user: User | null = null

/** Who uses this page from now on; null if nobody is known. */
export const setUser = (next: User | null): void => void (user = next && { id: next.id, role: next.role })

/** What is called now, as an event. */
export function recorded(eventType: string, said: Said): Recorded {
  const at = Date.now()
  const all: Record<string, string | number | boolean> = {
    sessionId: sessionId(at),
    correlationId: correlationId(),
    page: location.pathname,
    url: location.origin + location.pathname, // tokens and searches stand in the query: it never leaves
    userRole: user?.role ?? 'anonymous',
  }
  if (user) all['userId'] = user.id
  for (const [column, value] of Object.entries(said)) if (value != null) all[column] = value
  return { id: newId(at), eventType: String(eventType), at, said: all }
}

/** The event after the customer's `beforeSend`; nothing if it was dropped. */
export function seenBy(beforeSend: (event: VigieEvent) => VigieEvent | null, event: Recorded): Recorded | undefined {
  const { metadata, ...columns } = event.said
  const shown = { eventType: event.eventType, ...columns, metadata: metadata ? JSON.parse(String(metadata)) : {} }
  const { eventType, metadata: kept, ...said } = beforeSend(shown) ?? {}
  if (!eventType) return
  const { sessionId, consent } = event.said // were given once, at the call
  return { ...event, eventType: String(eventType), said: { ...said, sessionId, consent, metadata: asText(kept) } as Said }
}

/** An object as JSON text; nothing where there is nothing in it, or it cannot be written. */
export function asText(object: object | undefined): string | undefined {
  try {
    const text = JSON.stringify(object)
    return text === '{}' ? undefined : text
  } catch {
    return // a cycle, or a BigInt
  }
}
