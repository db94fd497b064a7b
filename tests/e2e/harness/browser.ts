/**
 * Debian's Chromium, and one visitor of it: a context of its own, so that nobody shares another's session.
 *
 * A visitor leaves by closing the page. The context stays until the browser ends: to dispose of it is to quit the browser,
 * and that cancels the requests which outlive their page.
 */
import { chromium, type Browser, type Page } from 'playwright-core'

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

export interface Visitor {
  readonly page: Page
  /** What the page complained of: exceptions and `console.error`. */
  readonly complaints: string[]
}

export async function visitor(browser: Browser): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'fr-FR' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  return { page, complaints }
}
