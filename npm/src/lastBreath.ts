/**
 * Sends events when the page goes before the core is there: the same batch that the core would write, in a few lines.
 *
 * Requests that outlive their page may total 64 KiB, beacons included (Fetch, "inflight keepalive bytes"), so it goes in chunks.
 */
import type { Recorded } from './recording.js'
import type { Consent, InitOptions } from './types.js'
import { KEEPALIVE_BYTES_MAX, SDK } from './wire.js'

/** Posts a body in a request that outlives the page; false if the browser takes none. A plain text asks for no preflight. */
export function outlive(url: string, body: string): false | Promise<Response> | true {
  // A browser that knows no keepalive would cancel the request with the page.
  if (!('keepalive' in Request.prototype)) return navigator.sendBeacon(url, body)
  return fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' })
}

/** Where batches go. */
export const batchUrl = ({ endpoint, key }: InitOptions): string => `${endpoint}/v1/batch?key=${encodeURIComponent(key)}`

export function lastBreath(events: readonly Recorded[], consent: Consent, options: InitOptions): void {
  let chunk: string[] = []
  let bytes = 0
  const send = (): void => {
    if (!chunk.length) return
    const head = JSON.stringify({
      sentAt: new Date().toISOString(),
      sdk: SDK,
      sessionId: events[0]?.said.sessionId,
      release: options.release,
      environment: options.environment,
      language: languageOf(),
      traffic: trafficOf(options),
      referrer: referrerOf(),
      consent,
    })
    const url = batchUrl(options)
    const body = `${head.slice(0, -1)},"events":[${chunk.join()}]}`
    const sent = outlive(url, body)
    if (sent instanceof Promise) sent.catch(() => navigator.sendBeacon(url, body))
    chunk = []
    bytes = 0
  }
  for (const { id, eventType, at, said } of events) {
    const metadata = said.metadata ? JSON.parse(String(said.metadata)) : undefined
    const text = JSON.stringify({ id, eventType, timestamp: new Date(at).toISOString(), ...said, metadata })
    if (bytes + text.length * 3 > KEEPALIVE_BYTES_MAX) send()
    chunk.push(text)
    bytes += text.length
  }
  send()
}

export const languageOf = (): string => document.documentElement.lang || navigator.language

export const referrerOf = (): string => document.referrer.split(/[?#]/)[0] ?? ''

/** A driven browser is no person, unless the site knows better. */
export const trafficOf = ({ traffic }: InitOptions): string | undefined =>
  traffic ?? (navigator.webdriver ? 'synthetic' : undefined)
