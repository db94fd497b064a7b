/**
 * Makes up the sessions of visitors who walked through the sign-up page within the last minutes, as the collector takes
 * them (`POST /v1/batch`): who only looks, who signs up, who errs once, who gives up.
 *
 * No clock, no chance, no network: all three are arguments or somebody else's work (`sendVisitors.ts`). When the form is
 * broken, everybody who begins runs into the phone rule and leaves, and the page they leave says so: `form_abandon`.
 */
import { uuidv7 } from './uuidv7.ts'

/** One visitor's session, and what became of it. */
export interface Visitor {
  readonly started: boolean
  readonly won: boolean
  readonly batch: Batch
}

/** A batch as it travels; times are RFC 3339. */
export interface Batch {
  readonly sentAt: string
  readonly sdk: string
  readonly sessionId: string
  readonly correlationId: string
  readonly page: string
  readonly url: string
  readonly userRole: 'client' | 'provider'
  readonly environment: string
  readonly language: string
  readonly traffic: 'human'
  readonly events: readonly Event[]
}

export interface Event {
  readonly id: string
  readonly eventType: string
  readonly timestamp: string
  readonly formName?: string
  readonly fieldName?: string
  readonly submissionId?: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly userId?: string
}

interface Walk {
  readonly count: number
  readonly broken: boolean
  /** Milliseconds since 1970; nobody does anything later than this. */
  readonly now: number
  /** 0 to 1, like `Math.random`. */
  readonly random: () => number
  readonly url: string
}

/** One in six only looks at the page. */
const ONLY_LOOKS_EVERY = 6
/** One in five signs up as a provider. */
const PROVIDER_EVERY = 5
/** With a sound form, one in eight of all leaves it unsent: under the 30 % that are an alert. */
const LEAVES_EVERY = 8
/** One in seven mistypes the e-mail address and corrects it. */
const MISTYPES_EVERY = 7
/** How long the last arrival had for the whole walk. */
const WALK_MS_MAX = 100_000
/** Between two arrivals. */
const ARRIVAL_GAP_MS = 10_000

export function visitors(walk: Walk): Visitor[] {
  return Array.from({ length: walk.count }, (_, index) => {
    const arrival = walk.now - WALK_MS_MAX - (walk.count - 1 - index) * ARRIVAL_GAP_MS
    return visitor(walk, index, arrival)
  })
}

function visitor(walk: Walk, index: number, arrival: number): Visitor {
  const role = index % PROVIDER_EVERY === 3 ? 'provider' : 'client'
  const formName = `signup_${role}`
  const events: Event[] = []
  let time = arrival

  /** Something happens, after the seconds that a person takes for it. */
  function after(secondsMin: number, secondsMax: number, eventType: string, fields: Partial<Event> = {}) {
    time += Math.round((secondsMin + walk.random() * (secondsMax - secondsMin)) * 1000)
    events.push({ id: uuidv7(time, walk.random), eventType, timestamp: new Date(time).toISOString(), ...fields })
  }

  /** The form refuses to be sent because of one field. */
  function refused(fieldName: string, errorMessage: string) {
    const submissionId = uuidv7(time, walk.random)
    after(4, 9, 'form_error', { formName, fieldName, errorCode: 'pattern', errorMessage, submissionId })
  }

  const started = index % ONLY_LOOKS_EVERY !== 0
  const won = started && !walk.broken && index % LEAVES_EVERY !== 1

  after(0, 1, 'page_view_signup')
  if (started) {
    after(3, 8, 'signup_form_start', { formName })
    if (won) {
      if (index % MISTYPES_EVERY === 2) refused('email', 'Cette adresse e-mail n’est pas complète.')
      after(15, 40, 'signup_form_submit', { formName })
      after(0.2, 1, 'signup_success', { userId: `visitor-${uuidv7(time, walk.random)}` })
    } else if (walk.broken) {
      after(12, 30, 'form_error', phoneRefused())
      if (index % 2 === 0) after(4, 12, 'form_error', phoneRefused())
      after(3, 10, 'form_abandon', { formName, fieldName: 'phone' })
    } else {
      after(5, 20, 'form_abandon', { formName })
    }
  }

  function phoneRefused(): Partial<Event> {
    const submissionId = uuidv7(time, walk.random)
    return { formName, fieldName: 'phone', errorCode: 'pattern', errorMessage: 'Numéro de téléphone invalide.', submissionId }
  }

  return {
    started,
    won,
    batch: {
      sentAt: new Date(walk.now).toISOString(),
      sdk: 'vigie-example/0.1.0',
      sessionId: uuidv7(arrival, walk.random),
      correlationId: uuidv7(arrival, walk.random),
      page: '/inscription',
      url: walk.url,
      userRole: role,
      environment: 'example',
      language: 'fr',
      traffic: 'human',
      events,
    },
  }
}
