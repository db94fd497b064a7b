/** A site that Vite builds and serves, or serves from its sources, pointed at one collector. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Collector } from './collector.ts'
import { KEY } from './collector.ts'
import { scratch, viteOf } from './places.ts'
import { Server } from './processes.ts'

const run = promisify(execFile)

export class Site implements AsyncDisposable {
  readonly #server: Server
  readonly #made: string | null
  readonly address: string

  private constructor(server: Server, port: number, made: string | null) {
    this.#server = server
    this.#made = made
    this.address = `http://127.0.0.1:${port}/`
  }

  /** `vite build`, then `vite preview`, as the site would be deployed. */
  static async built(folder: string, vite: string, collector: Collector): Promise<Site> {
    await mkdir(scratch, { recursive: true })
    const made = await mkdtemp(join(scratch, 'site-'))
    const env = { ...process.env, ...settings(collector) }
    await run(process.execPath, [viteOf(vite), 'build', folder, '--outDir', made, '--emptyOutDir'], { cwd: folder, env })
    return Site.#serve(folder, vite, ['preview', folder, '--outDir', made], {}, made)
  }

  /** `vite dev`: React's development build, with StrictMode's second mounting. */
  static async dev(folder: string, vite: string, collector: Collector): Promise<Site> {
    return Site.#serve(folder, vite, ['dev', folder], settings(collector), null)
  }

  static async #serve(cwd: string, vite: string, command: string[], env: Record<string, string>, made: string | null): Promise<Site> {
    const server = new Server('vite', process.execPath, [viteOf(vite), ...command, '--host', '127.0.0.1', '--port', '0'], { cwd, env })
    return new Site(server, await server.port(), made)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.end()
    if (this.#made) await rm(this.#made, { recursive: true, force: true })
  }
}

function settings(collector: Collector): Record<string, string> {
  return { VITE_VIGIE_KEY: KEY, VITE_VIGIE_ENDPOINT: collector.endpoint }
}
