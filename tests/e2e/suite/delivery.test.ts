/** What was tracked arrives, whatever becomes of the page or of the collector, and never twice. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, visitor } from '../harness/browser.ts'
import { Collector, type Event } from '../harness/collector.ts'
import { bareSite, tests } from '../harness/places.ts'
import { Site } from '../harness/site.ts'
import { until } from '../harness/until.ts'

let browser: Browser
let collector: Collector
let site: Site

before(async () => {
  collector = await Collector.start()
  site = await Site.built(bareSite, tests, collector)
  browser = await openBrowser()
})

after(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
  await collector?.[Symbol.asyncDispose]()
})

const TRIES = 10

/** Opens the page and waits until the WASM core is at work: it has delivered something. */
async function started(page: Page): Promise<string> {
  await page.goto(site.address)
  await page.waitForFunction(() => 'vigie' in window)
  assert.equal(await page.evaluate(() => { window.vigie.track('hello'); return window.vigie.flush() }), true)
  return (await page.evaluate(() => sessionStorage.getItem('functional_session_id'))) ?? ''
}

const numbered = (events: readonly Event[]) => events.map((event) => event.metadata?.['number'])
const upTo = (count: number) => Array.from({ length: count }, (_, number) => number)

test(`a page closed with 50 queued events has sent them all, ${TRIES} of ${TRIES} times`, async () => {
  const sessions: string[] = []
  for (let each = 0; each < TRIES; each++) {
    const { page } = await visitor(browser)
    sessions.push(await started(page))
    await page.evaluate(() => { for (let number = 0; number < 50; number++) window.vigie.track('queued', { number }) })
    await page.close()
  }
  await collector.events(TRIES * 50, (event) => event.eventType === 'queued')
  for (const session of sessions) {
    const events = await collector.events(50, (event) => event.eventType === 'queued' && event.sessionId === session)
    assert.deepEqual(numbered(events), upTo(50))
  }
})

test(`a page that closes in the very task of its last call has sent it, ${TRIES} of ${TRIES} times`, async () => {
  const sessions: string[] = []
  for (let each = 0; each < TRIES; each++) {
    const { page } = await visitor(browser)
    await page.goto(site.address)
    const opening = page.waitForEvent('popup')
    await page.evaluate(() => { window.open(location.href) }) // a script may close only what a script opened
    const popup = await opening
    sessions.push(await started(popup))
    const closed = popup.waitForEvent('close')
    await popup.evaluate(() => { window.vigie.track('parting'); window.close() }).catch(() => undefined) // it goes before it can answer
    await closed
  }
  await collector.events(TRIES, (event) => event.eventType === 'parting')
  const events = await collector.events(TRIES, (event) => event.eventType === 'parting')
  assert.deepEqual(events.map((event) => event.sessionId).toSorted(), sessions.toSorted())
})

test('a page that goes elsewhere in the very task of its last call has sent it', async () => {
  const { page } = await visitor(browser)
  await started(page)
  await page.evaluate(() => { window.vigie.track('leaving'); location.replace('about:blank') })
  assert.equal((await collector.events(1, (event) => event.eventType === 'leaving')).length, 1)
})

test('what was tracked while the collector was down for 30 s arrives once it is up, none twice, with no further event', async () => {
  const { page } = await visitor(browser)
  await page.clock.install() // the page's 30 s, not ours; the refused connections are real
  const session = await started(page)
  await collector.down()
  for (let second = 0; second < 30; second++) {
    await page.evaluate((number) => window.vigie.track('meanwhile', { number }), second)
    await page.clock.runFor(1000)
  }
  await collector.up()
  const events = await until('the page has delivered', 30, async () => {
    await page.clock.runFor(1000)
    const stored = await collector.events(0, (event) => event.eventType === 'meanwhile' && event.sessionId === session)
    return stored.length >= 30 && stored
  })
  assert.deepEqual(numbered(events), upTo(30))
})
