/**
 * A collector of its own for one test: the release binary on a free port, with its own data folder and keys.
 *
 * What it stored is read as an operator would: `vigie export`, while it runs.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { scratch, vigie } from './places.ts'
import { Server } from './processes.ts'
import { until } from './until.ts'

export interface Event {
  readonly id: string
  readonly eventType: string
  readonly timestamp: string
  readonly sessionId: string
  readonly correlationId?: string
  readonly formName?: string
  readonly fieldName?: string
  readonly submissionId?: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly userId?: string
  readonly userRole?: string
  readonly page?: string
  readonly traffic?: string
  readonly metadata?: Record<string, unknown>
}

export interface FormError {
  readonly id: string
  readonly eventId: string
  readonly submissionId: string
  readonly formName: string
  readonly fieldName: string
  readonly errorType: string
  readonly errorMessage: string
  readonly sessionId: string
  readonly correlationId?: string
}

export interface Alert {
  readonly id: string
  readonly checkId: string
  readonly severity: string
  readonly title: string
  readonly message: string
  readonly createdAt: string
  readonly occurrences: number
  readonly resolved: boolean
}

interface Collections {
  readonly analytics_events: Event
  readonly form_errors: FormError
  readonly functional_alerts: Alert
  readonly system_alerts: Alert
}

export const KEY = 'pk_e2e_0123456789abcdef0123456789abcdef'
export const ADMIN_TOKEN = 'at_e2e_0123456789abcdef0123456789abcdef'

const run = promisify(execFile)

export class Collector implements AsyncDisposable {
  readonly #data: string
  readonly #env: Record<string, string>
  #server: Server | null = null
  #port = 0

  private constructor(data: string, slack: string | undefined) {
    this.#data = data
    this.#env = {
      VIGIE_DATA: data,
      VIGIE_PUBLIC_KEY: KEY,
      VIGIE_ADMIN_TOKEN: ADMIN_TOKEN,
      VIGIE_SITE: 'Boussole',
      ...(slack !== undefined && { SLACK_WEBHOOK_URL: slack }),
    }
  }

  static async start(options: { slack?: string } = {}): Promise<Collector> {
    await mkdir(scratch, { recursive: true })
    const collector = new Collector(await mkdtemp(join(scratch, 'collector-')), options.slack)
    await collector.up()
    return collector
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Starts it; after `down` at the same port as before. */
  async up(): Promise<void> {
    const env = { ...this.#env, VIGIE_LISTEN: `127.0.0.1:${this.#port}` }
    const server = new Server('vigie', vigie, ['serve', '--dev'], { cwd: this.#data, env })
    this.#server = server
    this.#port = await server.port()
    await until('the collector is ready', 10, () => fetch(`${this.endpoint}/healthz`).then((answer) => answer.ok, () => false), () => server.said)
  }

  async down(): Promise<void> {
    await this.#server?.end()
    this.#server = null
  }

  async export<Name extends keyof Collections>(collection: Name): Promise<Collections[Name][]> {
    const { stdout } = await run(vigie, ['export', collection], { cwd: this.#data, env: { ...process.env, ...this.#env }, maxBuffer: 2 ** 28 })
    return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Collections[Name])
  }

  /** The events in the order in which they happened, once there are at least so many. */
  async events(atLeast: number, which: (event: Event) => boolean = () => true, seconds = 30): Promise<Event[]> {
    let seen: Event[] = []
    return until(`${atLeast} events are stored`, seconds, async () => {
      seen = (await this.export('analytics_events')).filter(which).toSorted((one, other) => (one.id < other.id ? -1 : 1))
      return seen.length >= atLeast && seen
    }, () => seen.map(({ eventType, sessionId }) => `${eventType} ${sessionId}`))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down()
    await rm(this.#data, { recursive: true, force: true })
  }
}
