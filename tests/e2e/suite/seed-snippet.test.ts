/** The customer's own snippet runs in a site without configuration, served from its sources and built. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser, visitor } from '../harness/browser.ts'
import { Collector } from '../harness/collector.ts'
import { seedSite, tests } from '../harness/places.ts'
import { Site } from '../harness/site.ts'

const SERVINGS = { 'vite dev': Site.dev, 'vite build': Site.built }

for (const [name, serve] of Object.entries(SERVINGS)) {
  test(`the snippet of the customer's document runs as it is under ${name}`, async () => {
    await using collector = await Collector.start()
    await using site = await serve(seedSite, tests, collector)
    const browser = await openBrowser()
    try {
      const { page, complaints } = await visitor(browser)
      await page.goto(site.address)
      const events = await collector.events(14)
      assert.deepEqual(events.map((event) => event.eventType), [
        'page_view_signup', 'signup_form_start', 'signup_form_submit', 'signup_success', 'signup_error',
        'provider_search', 'provider_view', 'booking_start', 'booking_complete',
        'checkout_start', 'payment_method_selected', 'payment_attempt', 'payment_success',
        'form_error',
      ])
      assert.deepEqual(complaints, [])
    } finally {
      await browser.close()
    }
  })
}
