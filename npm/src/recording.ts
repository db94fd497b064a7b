/**
 * Makes an event of a call, at the call: its id, session, time and place are given here once and never change.
 *
 * An event may leave before the core is there, so what the core holds back from the wire is held back here too: the query of an
 * address, before the customer's `beforeSend` and after it.
 */
import { newId } from './ids.js'
import { correlationId, sessionId } from './session.js'
import type { User, VigieEvent } from './types.js'
import { COLUMNS, type Column } from './wire.js'

/** What a call says; absent and empty say nothing. `metadata` is JSON text: a copy that nobody can change any more. */
export type Said = { readonly [column in Column]?: string | number | boolean | null | undefined }

/** The columns that say something, as text but for the last two, which are what the customer's code gave. */
export type Spoken = { readonly [column in Exclude<Column, 'sessionId' | 'amount' | 'handled'>]?: string } & {
  readonly sessionId: string
  readonly amount?: number
  readonly handled?: boolean
}

export interface Recorded {
  readonly id: string
  readonly eventType: string
  readonly at: number
  readonly said: Spoken
}

let user: User | null = null

/** Who uses this page from now on; null if nobody is known. */
export const setUser = (next: User | null): void => void (user = next && { id: next.id, role: next.role })

/** What is called now, as an event. */
export function recorded(eventType: string, said: Said): Recorded {
  const at = Date.now()
  const here = {
    sessionId: sessionId(at),
    correlationId: correlationId(),
    page: location.pathname,
    url: location.origin + location.pathname,
    userRole: user?.role ?? 'anonymous',
    userId: user?.id,
  }
  return { id: newId(at), eventType: String(eventType), at, said: spoken({ ...here, ...spoken(said) }) }
}

/** The event after the customer's `beforeSend`; nothing if it was dropped. */
export function seenBy(beforeSend: (event: VigieEvent) => VigieEvent | null, event: Recorded): Recorded | undefined {
  const seen = beforeSend(shown(event, {}))
  if (!seen?.eventType) return
  const { sessionId, consent } = event.said // were given once, at the call
  const said = spoken({ ...seen, sessionId, consent, metadata: asText(seen.metadata) })
  return { ...event, eventType: String(seen.eventType), said }
}

/** The event as an object; `empty` stands for metadata that it has not. */
export const shown = ({ eventType, said }: Recorded, empty?: object): VigieEvent =>
  ({ eventType, ...said, metadata: said.metadata ? JSON.parse(said.metadata) : empty })

/** An object as JSON text; nothing where there is nothing in it, or it cannot be written. */
export function asText(object: object | undefined): string | undefined {
  try {
    const json = JSON.stringify(object)
    return json === '{}' ? undefined : json
  } catch {
    return // a cycle, or a BigInt
  }
}

/** What is said, without what says nothing. An address says no query and no fragment: tokens and searches stand there. */
function spoken(said: { readonly [column: string]: unknown }): Spoken {
  const all: { [column in Column]?: unknown } = {}
  for (const column of COLUMNS) {
    const text = String(said[column] ?? '').replace(/^(pag|url|ref)/.test(column) ? /[?#\0].*/s : /\0/g, '') // NUL divides texts
    if (text) all[column] = /^[ah]/.test(column) ? said[column] : text // `amount`, `handled`: a number, a truth value
  }
  return all as Spoken
}
