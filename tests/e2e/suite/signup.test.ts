/** The sign-up page of the shop, built as it would be deployed: what a visitor does stands in the store, once and in order. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, visitor } from '../harness/browser.ts'
import { Collector, type Event } from '../harness/collector.ts'
import { shop } from '../harness/places.ts'
import { asHuman, chooseProvider, fill, PERSON, send } from '../harness/signup.ts'
import { Site } from '../harness/site.ts'

let browser: Browser
let collector: Collector
let site: Site

before(async () => {
  collector = await Collector.start()
  site = await Site.built(shop, shop, collector)
  browser = await openBrowser()
})

after(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
  await collector?.[Symbol.asyncDispose]()
})

const SIGNED_UP = ['page_view_signup', 'signup_form_start', 'signup_form_submit', 'signup_success']

/** The ids that the page keeps, under the names that the original gave them. */
async function idsOf(page: Page): Promise<{ sessionId: string; correlationId: string }> {
  const [session, correlation] = await page.evaluate(() => [
    sessionStorage.getItem('functional_session_id'),
    sessionStorage.getItem('sos_current_correlation_id'),
  ])
  assert.ok(session && correlation, 'session and correlation ids are kept')
  return { sessionId: session, correlationId: correlation }
}

const types = (events: readonly Event[]) => events.map((event) => event.eventType)

test('a visitor who signs up leaves four steps, each once, in order, with session and correlation ids', async () => {
  const { page, complaints } = await visitor(browser)
  await page.goto(asHuman(site.address))
  await fill(page, PERSON)
  await send(page)
  await page.getByRole('heading', { name: 'Bienvenue, Manon Roux' }).waitFor()
  const { sessionId, correlationId } = await idsOf(page)
  await page.close()

  const events = await collector.events(4, (event) => event.sessionId === sessionId)
  assert.deepEqual(types(events), SIGNED_UP)
  for (const event of events) {
    assert.equal(event.correlationId, correlationId)
    assert.equal(event.userRole, 'client')
    assert.equal(event.traffic, 'human')
  }
  assert.deepEqual(events.slice(1).map((event) => event.formName), Array(3).fill('signup_client'))
  assert.match(events[3]?.userId ?? '', /^user-/)
  const errors = (await collector.export('form_errors')).filter((error) => error.sessionId === sessionId)
  assert.deepEqual(errors, [])
  assert.deepEqual(complaints, [])
})

test('three fields that fail in one submit make three form errors of one submission, and never tell what was typed', async () => {
  const { page } = await visitor(browser)
  await page.goto(asHuman(site.address))
  await fill(page, { name: PERSON.name, phone: 'pas un numéro', email: 'manon' })
  await send(page)
  await page.getByText('Numéro de téléphone invalide.').waitFor()
  await fill(page, PERSON)
  await send(page)
  await page.getByRole('heading', { name: 'Bienvenue' }).waitFor()
  const { sessionId, correlationId } = await idsOf(page)
  await page.close()

  const events = await collector.events(7, (event) => event.sessionId === sessionId)
  assert.deepEqual(types(events), [
    'page_view_signup', 'signup_form_start', 'form_error', 'form_error', 'form_error', 'signup_form_submit', 'signup_success',
  ])
  const failed = events.filter((event) => event.eventType === 'form_error')
  assert.deepEqual(failed.map((event) => event.fieldName), ['email', 'phone', 'password'])
  assert.equal(new Set(failed.map((event) => event.submissionId)).size, 1)
  assert.ok(failed[0]?.submissionId)

  const errors = (await collector.export('form_errors')).filter((error) => error.sessionId === sessionId)
  const byField = Object.fromEntries(errors.map((error) => [error.fieldName, error]))
  assert.deepEqual(Object.keys(byField).toSorted(), ['email', 'password', 'phone'])
  assert.equal(errors.length, 3)
  for (const event of failed) {
    const error = byField[event.fieldName ?? '']
    assert.deepEqual([error?.id, error?.eventId], [event.id, event.id])
    assert.deepEqual([error?.formName, error?.submissionId, error?.correlationId], ['signup_client', event.submissionId, correlationId])
  }
  assert.deepEqual([byField['email']?.errorType, byField['password']?.errorType], ['pattern', 'required'])
  assert.equal(byField['phone']?.errorMessage, 'Numéro de téléphone invalide.')

  const told = JSON.stringify([events, errors])
  for (const typed of [...Object.values(PERSON), 'pas un numéro', '"manon"']) assert.ok(!told.includes(typed), `${typed} left the browser`)
})

test('a back end that refuses is a sign-up error with its code, and no success', async () => {
  const { page } = await visitor(browser)
  await page.goto(asHuman(site.address))
  await fill(page, { ...PERSON, email: 'deja@exemple.fr' })
  await send(page)
  await page.getByText('Email déjà utilisé').waitFor()
  const { sessionId } = await idsOf(page)
  await page.close()

  const events = await collector.events(4, (event) => event.sessionId === sessionId)
  assert.deepEqual(types(events), ['page_view_signup', 'signup_form_start', 'signup_form_submit', 'signup_error'])
  assert.deepEqual([events[3]?.errorCode, events[3]?.errorMessage], ['auth/email-already-in-use', 'Email déjà utilisé'])
  const errors = (await collector.export('form_errors')).filter((error) => error.sessionId === sessionId)
  assert.deepEqual(errors.map((error) => error.id), [events[3]?.id])
})

test('who begins, runs into an error and closes the page has abandoned the form, with the field to blame', async () => {
  const { page } = await visitor(browser)
  await page.goto(asHuman(site.address))
  await chooseProvider(page)
  await page.getByLabel('Vous êtes').selectOption('lawyer')
  await fill(page, { ...PERSON, phone: '12' })
  await send(page)
  await page.getByText('Numéro de téléphone invalide.').waitFor()
  const { sessionId } = await idsOf(page)
  await page.close()

  const events = await collector.events(5, (event) => event.sessionId === sessionId)
  assert.deepEqual(types(events), ['page_view_signup', 'page_view_signup', 'signup_form_start', 'form_error', 'form_abandon'])
  assert.deepEqual(events.slice(2).map((event) => event.formName), Array(3).fill('signup_provider'))
  assert.equal(events[4]?.fieldName, 'phone')
})

test('who only looks has begun and abandoned nothing', async () => {
  const { page } = await visitor(browser)
  await page.goto(asHuman(site.address))
  await page.getByRole('button', { name: 'Créer mon compte' }).waitFor()
  const { sessionId } = await idsOf(page)
  await page.close()
  assert.deepEqual(types(await collector.events(1, (event) => event.sessionId === sessionId)), ['page_view_signup'])
})

test('a browser driven by a program counts as synthetic unless the page says otherwise', async () => {
  const { page } = await visitor(browser)
  await page.goto(site.address)
  await page.getByRole('button', { name: 'Créer mon compte' }).waitFor()
  const { sessionId } = await idsOf(page)
  await page.close()
  const [seen] = await collector.events(1, (event) => event.sessionId === sessionId)
  assert.equal(seen?.traffic, 'synthetic')
})

test("StrictMode's second mounting doubles nothing", async () => {
  await using served = await Site.dev(shop, shop, collector) // only React's development build mounts twice
  const { page } = await visitor(browser)
  await page.goto(asHuman(served.address))
  await fill(page, { email: PERSON.email, phone: PERSON.phone, password: PERSON.password })
  await send(page)
  await page.getByText('Dites-nous votre nom.').waitFor()
  await fill(page, PERSON)
  await send(page)
  await page.getByRole('heading', { name: 'Bienvenue' }).waitFor()
  const { sessionId } = await idsOf(page)
  await page.close()
  const events = await collector.events(5, (event) => event.sessionId === sessionId)
  assert.deepEqual(types(events), ['page_view_signup', 'signup_form_start', 'form_error', 'signup_form_submit', 'signup_success'])
})
