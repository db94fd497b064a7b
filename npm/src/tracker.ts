/**
 * The tracker of this page: takes events at once, loads the core, and hands over what waited.
 *
 * Nothing in here may throw into the customer's code, or need a `window` to be imported. Surprising: an event that was
 * recorded before the core is there may leave twice, once by the page's last breath and once by the core; it counts once.
 */
import type { Core } from './core.js'
import { lastBreath, outlive, settingsOf } from './lastBreath.js'
import { recorded, seenBy, type Recorded, type Said } from './recording.js'
import { inPage } from './session.js'
import type { Consent, InitOptions } from './types.js'
import { COLUMNS, WAITING_EVENTS_MAX } from './wire.js'

let options: InitOptions | undefined
/** An `init` without end point was heard, and none that is good since. */
let off = false
/** Where batches go. */
let url = ''
let settings: Record<string, string | undefined> = {}
let consent: Consent = 'unasked'
let core: Core | undefined
let loading: Promise<Core | undefined> | undefined
let held: Recorded[] = []
/** Events that have left with a page that was hidden and lives on. */
let left: Recorded[] = []
/** What was given up before the core was there: for want of room, and for want of consent. */
let overflowed = 0
let unwanted = 0

/** Starts the tracker. Returns at once; a second call is ignored. */
export function init(wanted: InitOptions): void {
  attempt(() => {
    if (options) return
    if (!wanted?.endpoint) {
      if (!off) console.error('[vigie] nothing is recorded: init needs the endpoint of your collector')
      off = true
      held = []
      return
    }
    url = `${String(wanted.endpoint).replace(/\/+$/, '')}/v1/batch?key=${encodeURIComponent(wanted.key)}`
    settings = settingsOf(wanted)
    options = { ...wanted }
    off = false
    addEventListener('pagehide', leave) // for good, and once: a second `init` adds the same function
    addEventListener('online', online)
    document.addEventListener('visibilitychange', hide)
    load()
    setConsent(wanted.consent ?? consent)
    held.splice(0).forEach((event) => attempt(() => accept(event)))
  })
}

/** Records what the visitor does. */
export function record(eventType: string, said: Said): void {
  attempt(() => {
    if (!off) accept(recorded(eventType, { ...said, consent }))
  })
}

/** Does something that may fail on what it was passed: the customer's page comes first. Without a page it does nothing. */
export function attempt(act: () => void): void {
  if (!inPage) return
  try {
    act()
  } catch {
    // whoever passes what cannot be read has nothing to report
  }
}

/** Sends what waits; true once all of it has been delivered. */
export async function flush(): Promise<boolean> {
  return (await loading)?.flush() ?? false
}

/** What the visitor answered. After `denied` nothing is sent, and what waits is forgotten. */
export function setConsent(answer: Consent): void {
  consent = answer
  if (answer !== 'denied') return
  core?.forget()
  unwanted += held.length
  held = []
  left = []
}

/** Sends what waits and stops; `init` starts again. */
export async function shutdown(): Promise<void> {
  if (!options) return
  options = undefined // at once: StrictMode calls `init` again before this one is done
  await flush()
}

/** Loads the core, if it is wanted and neither there nor on its way. */
function load(): void {
  if (options) loading ??= loaded()
}

async function loaded(): Promise<Core | undefined> {
  const { debug = false } = options ?? {}
  let complete = false
  try {
    const [{ open }, { default: bytes }] = await Promise.all([import('./core.js'), import('./bytes.js')])
    complete = true
    core = await open(bytes, url, settings, outlive, debug)
    core.lost(overflowed, unwanted)
    left.splice(0).concat(held.splice(0)).forEach(handOver)
  } catch (trouble) {
    // Without WASM (an old browser, a strict policy) what is held leaves with the page. A file that did not come may come later.
    if (!complete) loading = undefined
    if (debug) console.warn('[vigie]', trouble)
  }
  return core
}

/** An event that this site wants to record, if the session is in the sample and `beforeSend` agrees. Until `init` it waits. */
function accept(event: Recorded): void {
  const { sampleRate = 1, beforeSend } = options ?? {}
  // The end of an id is chance, the same for the whole session. An id that is none of ours is always in.
  if (parseInt(event.said.sessionId.slice(-6), 16) / 0x1000000 >= sampleRate) return
  const seen = beforeSend ? seenBy(beforeSend, event) : event
  if (!seen) return
  if (core && options) return handOver(seen)
  load()
  if (seen.said.consent === 'denied') unwanted++
  else if (held.length < WAITING_EVENTS_MAX) held.push(seen)
  else overflowed++
}

function handOver({ id, eventType, at, said }: Recorded): void {
  core?.track([id, eventType, ...COLUMNS.map((column) => said[column])].join('\0'), at) // joined, undefined is empty
}

function leave(): void {
  if (!options) return
  if (core) core.leave()
  else breatheOut()
}

function hide(): void {
  if (!options || document.visibilityState !== 'hidden') return
  if (core) core.hidden()
  else breatheOut()
}

function online(): void {
  load()
  core?.online()
}

/** Sends what is held without the core. If the page lives on, the core sends it again under the same ids. */
function breatheOut(): void {
  lastBreath(held, url, settings)
  left = left.concat(held.splice(0)).slice(-WAITING_EVENTS_MAX)
}
