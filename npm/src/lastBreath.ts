/**
 * Sends events when the page goes before the core is there: the same batch that the core would write, in a few lines.
 *
 * Requests that outlive their page may total 64 KiB, beacons included (Fetch, "inflight keepalive bytes"), so it goes in chunks.
 */
import { shown, type Recorded } from './recording.js'
import type { InitOptions } from './types.js'
import { KEEPALIVE_BYTES_MAX, SDK } from './wire.js'

/** What holds for all that this page sends, in the order in which the core reads it. */
export const settingsOf = ({ release, environment, traffic }: InitOptions): Record<string, string | undefined> => ({
  release,
  environment,
  language: document.documentElement.lang || navigator.language,
  traffic: traffic ?? (navigator.webdriver ? 'synthetic' : undefined), // a driven browser is no person
  referrer: document.referrer.split(/[?#]/)[0],
})

/** Posts a body in a request that outlives the page; a beacon says only whether it was taken. A plain text asks for no preflight. */
export async function outlive(url: string, body: string): Promise<boolean | Response> {
  const beacon = (): boolean => navigator.sendBeacon(url, body)
  // A browser that knows no keepalive would cancel the request with the page; and its budget may be spent.
  if (!('keepalive' in Request.prototype)) return beacon()
  return fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' }).catch(beacon)
}

export function lastBreath(recorded: readonly Recorded[], url: string, shared: object): void {
  let events: object[] = []
  let bytes = 0
  const send = (): void => {
    const sessionId = recorded[0]?.said.sessionId
    void outlive(url, JSON.stringify({ sentAt: new Date(), sdk: SDK, sessionId, ...shared, events }))
    events = []
    bytes = 0
  }
  for (const event of recorded) {
    const { amount = 0 } = event.said
    if (!(amount >= 0 && amount < Infinity)) continue // the core refuses and counts it, if it comes
    const columns = { id: event.id, timestamp: new Date(event.at), ...shown(event) }
    const most = JSON.stringify(columns).length * 3 // bytes, if every letter were a foreign one
    if (bytes && bytes + most > KEEPALIVE_BYTES_MAX) send()
    events.push(columns)
    bytes += most
  }
  if (bytes) send()
}
