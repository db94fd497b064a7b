/**
 * Session and correlation id of this tab, under the storage keys of the original system.
 *
 * A session ends after 30 minutes without an event, or at 24 hours. Its beginning is read off its own id, a UUIDv7; an id that
 * the original left behind tells no time and ends by idleness alone. Where storage is refused the ids live as long as the page.
 */
import { newId, timeOfId } from './ids.js'
import { SESSION_AGE_MAX_MS, SESSION_IDLE_MAX_MS } from './wire.js'

const SESSION = 'functional_session_id'
const LAST_EVENT = 'functional_session_last_event'
const CORRELATION = 'sos_current_correlation_id'
/** The last event's time is stored this coarsely, in ms: a write a second is a write too many. */
const COARSE_MS = 10_000

/** A server renders for everybody: nothing is recorded there, and no id is kept. */
export const inPage = typeof document !== 'undefined'

const memory = new Map<string, string>()
let lastEvent = 0

/** The session in which something happens now. */
export function sessionId(now = Date.now()): string {
  const stored = recall(SESSION) ?? ''
  const written = Number(recall(LAST_EVENT)) || 0
  const last = Math.max(lastEvent, written)
  // An id without a last event was left by the original system, or by a page that made it just now.
  const over = now - (last || now) > SESSION_IDLE_MAX_MS || now - timeOfId(stored) > SESSION_AGE_MAX_MS
  lastEvent = now
  if (now - written > COARSE_MS) keep(LAST_EVENT, String(now))
  // What the collector would refuse (`contract.md`, 3) would cost every event of this tab.
  return !over && /^[\w.:-]{1,128}$/.test(stored) ? stored : keep(SESSION, newId(now))
}

/** The id by which this tab's requests are found again in the back end's logs (header `X-Correlation-ID`). */
export const correlationId = (): string => inPage ? recall(CORRELATION) || keep(CORRELATION, newId()) : newId()

function recall(key: string): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? memory.get(key)
  } catch {
    return memory.get(key)
  }
}

function keep(key: string, value: string): string {
  memory.set(key, value)
  try {
    sessionStorage.setItem(key, value)
  } catch {
    // storage is refused or full: the memory has it
  }
  return value
}
