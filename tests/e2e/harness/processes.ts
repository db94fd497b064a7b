/** A child process that is told from its output when it is ready, and ended by its own number. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { until } from './until.ts'

/** How long a server may take to say that it is ready. */
const READY_SECONDS = 30

export class Server implements AsyncDisposable {
  /** All it has said, to be shown when something goes wrong. */
  said = ''
  readonly #child: ChildProcess
  readonly #name: string

  constructor(name: string, command: string, parameters: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
    this.#name = name
    this.#child = spawn(command, parameters, {
      cwd: options.cwd,
      env: { ...inherited(), NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const hear = (chunk: Buffer) => { this.said += chunk.toString() }
    this.#child.stdout?.on('data', hear)
    this.#child.stderr?.on('data', hear)
    this.#child.on('error', (error) => { this.said += error.message })
  }

  /** The port of the first address on this machine that it prints. */
  async port(): Promise<number> {
    const address = /(?:127\.0\.0\.1|localhost):([1-9]\d*)/
    return until(`${this.#name} says where it listens`, READY_SECONDS, () => {
      const port = address.exec(this.said)?.[1]
      if (port === undefined && this.ended) throw new Error(`${this.#name} ended: ${this.said}`)
      return port === undefined ? undefined : Number(port)
    }, () => this.said)
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined
  }

  /** Sends the signal and resolves to the exit code when the process is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.ended) {
      const gone = once(this.#child, 'exit')
      this.#child.kill(signal)
      await gone
    }
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }
}

/** The environment without what would configure a server from outside of its test. */
function inherited(): Record<string, string> {
  const foreign = /^(VIGIE_|VITE_|SLACK_|PORT$|NODE_TEST_CONTEXT$)/
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined || foreign.test(name) ? [] : [[name, value]])))
}
