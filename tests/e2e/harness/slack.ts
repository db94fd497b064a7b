/** The stand-in for Slack of the quickstart, on a free port. */
import { slackScript } from './places.ts'
import { Server } from './processes.ts'

export interface SlackMessage {
  readonly text?: string
  readonly blocks?: readonly { readonly type: string; readonly block_id?: string }[]
}

export class Slack implements AsyncDisposable {
  readonly #server: Server
  readonly address: string

  private constructor(server: Server, port: number) {
    this.#server = server
    this.address = `http://127.0.0.1:${port}/`
  }

  static async start(): Promise<Slack> {
    const server = new Server('slack', process.execPath, [slackScript], { env: { PORT: '0' } })
    return new Slack(server, await server.port())
  }

  async messages(): Promise<SlackMessage[]> {
    const answer = await fetch(this.address, { headers: { accept: 'application/json' } })
    return (await answer.json()) as SlackMessage[]
  }

  async page(): Promise<string> {
    return (await fetch(this.address, { headers: { accept: 'text/html' } })).text()
  }

  async post(message: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(this.address, { method: 'POST', body: message })
    return { status: answer.status, text: await answer.text() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.end()
  }
}
