/**
 * A page without a browser: the built package on Node's own fetch, streams and WebAssembly, with the few things that Node lacks.
 *
 * Each page imports the face anew, as a browser does, and posts to a collector that keeps what it takes.
 */
import { copyFileSync, mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gunzipSync } from 'node:zlib'

export type Vigie = typeof import('../dist/index.js')

export interface Post {
  readonly url: string
  readonly keepalive: boolean
  readonly beacon: boolean
  readonly headers: Record<string, string>
  readonly body: {
    readonly events: readonly Record<string, any>[]
    readonly [member: string]: any
  }
}

export interface Page {
  readonly vigie: Vigie
  readonly posts: Post[]
  /** Every event that was posted, as it stands after the batch said what it says for all. */
  events(): Record<string, any>[]
  /** The same, each id once, as the collector keeps them. */
  stored(): Record<string, any>[]
  fire(event: 'pagehide' | 'online'): void
  hide(): void
  readonly storage: Map<string, string>
  readonly errors: string[]
  /** Whether the file with the core cannot be loaded. */
  hideCore(hidden: boolean): void
  /** How the collector answers from now on; 0 is not at all. */
  answer(status: number): void
}

export const OPTIONS = { key: 'a key', endpoint: 'https://vigie.test' }

/** Ends the page before: what it still has to say must not reach the collector of the next one. */
let close = async (): Promise<void> => {}

export async function openPage(address = 'https://shop.test/inscription?email=a@b.c#top'): Promise<Page> {
  await close()
  const listeners = new Map<string, Set<() => void>>()
  const listen = (event: string, act: () => void) => void (listeners.get(event) ?? listeners.set(event, new Set()).get(event)!).add(act)
  const unlisten = (event: string, act: () => void) => void listeners.get(event)?.delete(act)
  const posts: Post[] = []
  const errors: string[] = []
  const storage = new Map<string, string>()
  let visibilityState = 'visible'
  let status = 202

  const { origin, pathname, href } = new URL(address)
  define('window', globalThis)
  define('location', { origin, pathname, href })
  define('document', {
    referrer: 'https://search.test/?q=secret',
    documentElement: { lang: 'fr' },
    addEventListener: listen,
    removeEventListener: unlisten,
    get visibilityState() {
      return visibilityState
    },
  })
  define('addEventListener', listen)
  define('removeEventListener', unlisten)
  define('sessionStorage', {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => void storage.set(key, value),
  })
  define('navigator', {
    webdriver: false,
    language: 'fr-FR',
    sendBeacon: (url: string, body: string) => {
      posts.push({ url, keepalive: false, beacon: true, headers: {}, body: JSON.parse(body) })
      return true
    },
  })
  define('fetch', async (url: string, init: RequestInit) => {
    const { body, keepalive = false, headers = {} } = init
    const bytes = typeof body === 'string' ? body : await unpacked(body as Blob)
    posts.push({ url, keepalive, beacon: false, headers: headers as Record<string, string>, body: JSON.parse(bytes) })
    if (!status) throw new TypeError('Failed to fetch')
    return Response.json({ accepted: 0, duplicates: 0, refused: [] }, { status })
  })
  console.error = (...words: unknown[]) => void errors.push(words.join(' '))

  // Modules of its own: the core of another page must not be this page's.
  const folder = mkdtempSync(`${tmpdir()}/vigie-page-`)
  for (const file of ['index.js', 'core.js', 'bytes.js']) copyFileSync(`${import.meta.dirname}/../dist/${file}`, `${folder}/${file}`)
  const [core, away] = [`${folder}/core.js`, `${folder}/away.js`]
  const vigie: Vigie = await import(`${folder}/index.js`)
  const events = () =>
    posts.flatMap(({ body: { events, ...shared } }) => events.map((event): Record<string, any> => ({ ...shared, ...event })))
  close = async () => {
    status = 202
    fire('pagehide')
    await vigie.flush()
  }
  const fire = (event: string) => listeners.get(event)?.forEach((act) => act())
  return {
    vigie,
    posts,
    storage,
    errors,
    events,
    stored: () => [...new Map(events().map((event) => [event['id'], event])).values()],
    fire,
    hide() {
      visibilityState = 'hidden'
      fire('visibilitychange')
    },
    hideCore: (hidden) => (hidden ? renameSync(core, away) : renameSync(away, core)),
    answer: (next) => void (status = next),
  }
}

/** Until the core is there and has sent what waited. */
export async function settled(page: Page): Promise<void> {
  await page.vigie.flush()
}

const define = (name: string, value: unknown): void =>
  void Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })

const unpacked = async (body: Blob): Promise<string> => gunzipSync(await body.bytes()).toString()
