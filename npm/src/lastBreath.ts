/**
 * Sends events when the page goes before the core is there: the same batch that the core would write, in a few lines.
 *
 * Requests that outlive their page may total 64 KiB, beacons included (Fetch, "inflight keepalive bytes"), so it goes in chunks.
 */
import type { Recorded } from './recording.js'
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
export function outlive(url: string, body: string): boolean | Promise<Response> {
  // A browser that knows no keepalive would cancel the request with the page.
  if (!('keepalive' in Request.prototype)) return navigator.sendBeacon(url, body)
  return fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' })
}

export function lastBreath(events: readonly Recorded[], url: string, shared: object): void {
  let chunk: string[] = []
  let bytes = 0
  const send = (): void => {
    const head = JSON.stringify({ sentAt: new Date(), sdk: SDK, sessionId: events[0]?.said.sessionId, ...shared })
    const body = `${head.slice(0, -1)},"events":[${chunk}]}`
    const sent = outlive(url, body)
    if (sent instanceof Promise) sent.catch(() => navigator.sendBeacon(url, body))
    chunk = []
    bytes = 0
  }
  for (const { id, eventType, at, said } of events) {
    const metadata = said.metadata ? JSON.parse(String(said.metadata)) : undefined
    const text = JSON.stringify({ id, eventType, timestamp: new Date(at), ...said, metadata })
    const most = text.length * 3 // bytes, if every letter were a foreign one
    if (bytes && bytes + most > KEEPALIVE_BYTES_MAX) send()
    chunk.push(text)
    bytes += most
  }
  if (bytes) send()
}
