/** Debian's Chromium, and one visitor of it: a context of its own, so that nobody shares another's session. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox', // CI is root
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

export interface Visitor extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page complained of: exceptions and `console.error`. */
  readonly complaints: string[]
}

export async function visitor(browser: Browser): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'fr-FR' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  return { page, context, complaints, [Symbol.asyncDispose]: () => context.close() }
}
