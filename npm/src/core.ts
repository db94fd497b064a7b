/**
 * The second half of the package, loaded after the first: unpacks the WASM, starts the core, and does its requests.
 */
import {
  answered,
  begin,
  flush,
  forget,
  hidden,
  imports,
  leave,
  online,
  lost,
  start,
  stats,
  track,
} from '../glue/core.js'

/** What the tracker asks of the core. */
export interface Core {
  track(joined: string, at: number): void
  forget(): void
  lost(overflowed: number, unwanted: number): void
  hidden(): void
  leave(): void
  online(): void
  flush(): Promise<boolean>
}

type Outlive = (url: string, body: string) => Promise<boolean | Response>

/** From this size on compressing is worth its time, in characters. */
const COMPRESS_FROM = 1_024

export async function open(
  bytes: string,
  url: string,
  settings: Record<string, string | undefined>,
  outlive: Outlive,
  debug: boolean,
): Promise<Core> {
  const zipped = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))
  const wasm = new Blob([zipped]).stream().pipeThrough(new DecompressionStream('gzip'))
  const headers = { 'content-type': 'application/wasm' }
  const { instance } = await WebAssembly.instantiateStreaming(new Response(wasm, { headers }), imports())
  begin(instance)

  let waiting: ((delivered: boolean) => void)[] = []
  const host = {
    send(id: number, body: string, mode: number): void {
      void request(url, body, mode, outlive).then((answer) => answer && tell(id, answer, debug))
    },
    flushed(delivered: boolean): void {
      waiting.forEach((done) => done(delivered))
      waiting = []
    },
  }
  const [seed, more] = crypto.getRandomValues(new Uint32Array(2)) as unknown as readonly [number, number]
  start(host, seed, more, Object.values(settings).join('\0'), debug) // joined, undefined is empty
  return {
    track,
    forget,
    lost,
    hidden,
    leave,
    online,
    flush: () => new Promise((done) => {
      waiting.push(done)
      flush()
    }),
  }
}

interface Answered {
  readonly status: number
  readonly retryAfterMs: number
  readonly body: { accepted?: number; duplicates?: number; refused?: object[] }
}

const NO_ANSWER: Answered = { status: 0, retryAfterMs: -1, body: {} }

/** Posts a body. Nothing comes back from a beacon that the browser took: the core asks again if the page lives on. */
async function request(url: string, body: string, mode: number, outlive: Outlive): Promise<Answered | undefined> {
  try {
    if (mode === 2) return navigator.sendBeacon(url, body) ? undefined : NO_ANSWER
    const response = await (mode ? outlive(url, body) : post(url, body))
    if (typeof response === 'boolean') return response ? undefined : NO_ANSWER
    const { status, headers } = response
    // Every answer is read: one that nobody reads can block the browser's connections.
    const answer: unknown = await response.json().catch(() => undefined)
    return { status, retryAfterMs: retryAfterMs(headers.get('retry-after')), body: Object(answer) }
  } catch {
    return NO_ANSWER // the network failed
  }
}

async function post(url: string, body: string): Promise<Response> {
  const headers = { 'content-type': 'text/plain' } // anything else would cost a preflight
  let packed: BodyInit = body
  if (body.length >= COMPRESS_FROM) {
    // Where the WASM could be unpacked a body can be packed: both came to the browsers together.
    const zipped = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))
    packed = await new Response(zipped).blob()
  }
  return fetch(url, { method: 'POST', body: packed, headers, credentials: 'omit' })
}

/** `Retry-After` is seconds or a date (RFC 9110, 10.2.3); -1 where there is none. */
function retryAfterMs(header: string | null): number {
  if (!header) return -1
  const seconds = Number(header)
  return Math.max(0, Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1_000) || 0
}

function tell(id: number, { status, retryAfterMs: wait, body }: Answered, debug: boolean): void {
  const { accepted = 0, duplicates = 0, refused = [] } = body
  answered(id, status, wait, accepted, duplicates, refused.length)
  if (!debug) return
  if (refused.length) console.warn('[vigie] refused:', refused)
  console.debug('[vigie]', status, stats())
}
