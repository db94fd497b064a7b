/** What a page can count on: nothing thrown, nothing lost, nothing twice in the store. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { openPage, OPTIONS, settled } from './page.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('where there is no window, importing and calling do nothing', () => {
  const script = `import * as v from './dist/index.js'
    v.init({ key: 'k', endpoint: 'https://vigie.test' }); v.signupFunnelTracking.pageView(); v.captureError(new Error('x'))
    v.setUser(null); v.setConsent('denied'); console.log(await v.flush(), typeof v.correlationId()); await v.shutdown()`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: `${import.meta.dirname}/..` })
  assert.equal(said.toString(), 'false string\n')
})

test('a server keeps no id of a visitor for the next one', () => {
  const script = `import { correlationId } from './dist/index.js'
    globalThis.sessionStorage ??= new Map(); sessionStorage.getItem = (key) => sessionStorage.get(key)
    sessionStorage.setItem = (key, value) => sessionStorage.set(key, value)
    console.log(correlationId() !== correlationId())`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: `${import.meta.dirname}/..` })
  assert.equal(said.toString(), 'true\n')
})

test('calls before init and before the core are kept in order, with their own time, session and place', async () => {
  const page = await openPage()
  page.vigie.trackFormStart('contact')
  page.vigie.init(OPTIONS)
  page.vigie.trackGenericFormError('contact', 'email', 'invalid', 'Email invalide')
  page.vigie.trackFormSubmit('contact')
  assert.equal(page.posts.length, 0, 'nothing is sent by itself')
  await settled(page)
  const stored = page.stored()
  assert.deepEqual(stored.map((event) => event['eventType']), ['form_start', 'form_error', 'form_submit'])
  for (const event of stored) {
    assert.match(event['id'], UUID_V7)
    assert.equal(event['sessionId'], page.storage.get('functional_session_id'))
    assert.equal(event['correlationId'], page.storage.get('sos_current_correlation_id'))
    assert.equal(event['correlationId'], page.vigie.correlationId())
    assert.deepEqual([event['page'], event['url']], ['/inscription', 'https://shop.test/inscription'])
    assert.deepEqual([event['language'], event['referrer'], event['consent']], ['fr', 'https://search.test/', 'unasked'])
  }
  const ids = stored.map((event) => event['id'])
  assert.deepEqual(ids.toSorted(), ids, 'within a millisecond ids count up')
  assert.equal(page.posts[0]?.url, 'https://vigie.test/v1/batch?key=a%20key')
})

test('a page closed 0 ms after the last call leaves nothing behind', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  for (let i = 0; i < 10; i++) page.vigie.track('quiz_done', { i })
  page.fire('pagehide')
  assert.ok(page.posts.every((post) => post.keepalive), 'these requests outlive the page')
  assert.deepEqual(page.stored().map((event) => event['metadata']), Array.from({ length: 10 }, (_, i) => ({ i })))
})

test('what left before the core was there leaves again under the same ids if the page lives on', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.track('quiz_done', { amount: 12.5, plan: 'pro' })
  page.hide()
  page.fire('pagehide')
  assert.equal(page.posts.length, 1, 'one breath is enough')
  await settled(page)
  assert.deepEqual([page.events().length, page.stored().length], [2, 1])
  const [first, second] = page.events().map((event) => ({ ...event, sentAt: '' }))
  assert.deepEqual(second, first, 'the core writes the same batch')
})

test('a page closed with 50 queued events sends them all', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  await settled(page)
  for (let i = 0; i < 50; i++) page.vigie.track('quiz_done', { i })
  assert.equal(page.stored().length, 0)
  page.fire('pagehide')
  assert.equal(page.stored().length, 50)
})

test('a form that was begun is abandoned when the page is left', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.signupFunnelTracking.formStart('provider')
  page.vigie.createFormErrorHandler('signup_provider')({ phone: { type: 'required' } })
  await settled(page)
  page.fire('pagehide')
  const { eventType, formName, fieldName } = page.stored().at(-1) ?? {}
  assert.deepEqual([eventType, formName, fieldName], ['form_abandon', 'signup_provider', 'phone'])
})

test('a second init is ignored, and StrictMode doubles nothing', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.init({ key: 'other', endpoint: 'https://other.test' })
  page.vigie.signupFunnelTracking.pageView('client')
  page.vigie.signupFunnelTracking.pageView('client')
  await settled(page)
  assert.equal(page.stored().length, 1)
  assert.ok(page.posts.every((post) => post.url.startsWith(OPTIONS.endpoint)))
})

test('without an endpoint there is one console error and nothing is queued', async () => {
  const page = await openPage()
  page.vigie.track('quiz_done')
  page.vigie.init({ key: 'k' } as never)
  page.vigie.track('quiz_done')
  page.vigie.init({ key: 'k' } as never)
  page.fire('pagehide')
  assert.equal(await page.vigie.flush(), false)
  assert.deepEqual([page.errors.length, page.posts.length], [1, 0])
  page.vigie.init(OPTIONS)
  page.vigie.track('at_last')
  await settled(page)
  assert.deepEqual(page.stored().map((event) => event['eventType']), ['at_last'])
})

test('nothing that is passed throws into the page', async () => {
  const page = await openPage()
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  page.vigie.init({ ...OPTIONS, beforeSend: () => { throw new Error('mine') } })
  page.vigie.track('quiz_done', cycle)
  page.vigie.track('quiz_done', { big: 1n })
  page.vigie.track(null as never, null as never)
  page.vigie.captureError(undefined)
  page.vigie.createFormErrorHandler('f')(null as never)
  page.vigie.signupFunnelTracking.success(Object.create(null) as never)
  await settled(page)
  assert.equal(page.stored().length, 0, 'a scrubber that fails lets nothing through')
})

test('what was recorded before an init whose beforeSend throws does not stop the tracker', async () => {
  const page = await openPage()
  page.vigie.track('quiz_done', { early: true })
  let calls = 0
  page.vigie.init({ ...OPTIONS, beforeSend: (event) => { if (calls++) return event; throw new Error('mine') } })
  page.vigie.signupFunnelTracking.pageView(Object.create(null) as never)
  page.vigie.paymentFunnelTracking.methodSelected(Object.create(null) as never)
  page.vigie.track(Symbol('type') as never)
  page.vigie.track('quiz_done')
  await settled(page)
  assert.deepEqual(page.stored().map(({ eventType, metadata }) => [eventType, metadata]), [['quiz_done', undefined]])
})

test('an init with a key that no address can hold throws nothing, and a later good one starts', async () => {
  const page = await openPage()
  page.vigie.init({ ...OPTIONS, key: '\ud800' })
  page.vigie.init(Object.defineProperty({}, 'endpoint', { get() { throw new Error('mine') } }) as never)
  page.vigie.track('quiz_done')
  page.vigie.init(OPTIONS)
  await settled(page)
  assert.equal(page.stored().length, 1)
})

test('an amount below zero, or none at all, makes no event and is counted', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.paymentFunnelTracking.attempt('p1', -5, 'EUR', 'stripe')
  page.vigie.paymentFunnelTracking.attempt('p1', NaN, 'EUR', 'stripe')
  page.vigie.paymentFunnelTracking.attempt('p1', 50, 'EUR', 'stripe')
  await settled(page)
  assert.deepEqual(page.stored().map((event) => event['amount']), [50])
  assert.equal(page.posts[0]?.body['lost'].invalid, 2)
})

test('track puts columns in their place, copies the rest, and lets no id be set', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  const properties = { formName: 'quiz', amount: 3, amounts: [1], url: 'https://a.test/?secret=1', sessionId: 'mine', metadata: { a: 1 } }
  page.vigie.track('quiz_done', properties)
  properties.amounts.push(2)
  await settled(page)
  const [event] = page.stored()
  assert.deepEqual([event?.['formName'], event?.['amount'], event?.['url']], ['quiz', 3, 'https://a.test/'])
  assert.deepEqual(event?.['metadata'], { amounts: [1], sessionId: 'mine', a: 1 })
  assert.equal(event?.['sessionId'], page.storage.get('functional_session_id'))
})

test('a captured error is graded as given, else by its context, else medium', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.captureError(new TypeError('x is not a function'), { severity: 'info', context: 'ErrorBoundary' })
  page.vigie.captureError(new Error('lost'), { context: 'ErrorBoundary' })
  page.vigie.captureError('text', { context: 'window.onerror' })
  page.vigie.captureError(new Error('plain'))
  await settled(page)
  assert.deepEqual(page.stored().map(({ severity, errorType, message }) => [severity, errorType, message]), [
    ['info', 'TypeError', 'x is not a function'],
    ['critical', 'Error', 'lost'],
    ['high', 'string', 'text'],
    ['medium', 'Error', 'plain'],
  ])
  assert.ok(page.stored().every((event) => event['eventType'] === 'error' && event['handled'] === true))
})

test('beforeSend changes and drops', async () => {
  const page = await openPage()
  page.vigie.init({
    ...OPTIONS,
    beforeSend(event) {
      if (event.eventType === 'secret_step') return null
      return { ...event, providerId: 'hidden', metadata: { ...event.metadata, seen: true } }
    },
  })
  page.vigie.bookingFunnelTracking.providerView('p1')
  page.vigie.track('secret_step')
  await settled(page)
  assert.deepEqual(page.stored().map(({ providerId, metadata }) => [providerId, metadata]), [['hidden', { seen: true }]])
})

test('after a no nothing is sent, and after a yes the loss is told', async () => {
  const page = await openPage()
  page.vigie.init({ ...OPTIONS, consent: 'denied' })
  page.vigie.track('quiz_done')
  await page.vigie.flush()
  page.fire('pagehide')
  assert.equal(page.posts.length, 0)
  page.vigie.setConsent('granted')
  page.vigie.track('quiz_done')
  await settled(page)
  assert.equal(page.stored()[0]?.['consent'], 'granted')
  assert.equal(page.posts[0]?.body['lost'].no_consent, 1)
})

test('what was recorded under a no is not sent after a yes, though the core comes later, and is counted', async () => {
  const page = await openPage()
  page.vigie.track('before_init')
  page.vigie.init({ ...OPTIONS, consent: 'denied' })
  page.vigie.track('under_denied')
  page.vigie.setConsent('granted')
  page.vigie.track('under_granted')
  page.vigie.setConsent('denied')
  page.fire('pagehide')
  assert.equal(page.posts.length, 0)
  page.vigie.setConsent('granted')
  page.vigie.track('at_last')
  await settled(page)
  assert.deepEqual(page.stored().map(({ eventType, consent }) => [eventType, consent]), [['at_last', 'granted']])
  assert.equal(page.posts[0]?.body['lost'].no_consent, 3)
})

test('an event keeps the consent under which it was recorded', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.track('before_asking')
  page.vigie.setConsent('granted')
  page.vigie.track('after_asking')
  page.fire('pagehide')
  await settled(page)
  for (const { body: { events, ...shared } } of page.posts) {
    assert.deepEqual(events.map((event) => ({ ...shared, ...event })['consent']), ['unasked', 'granted'])
  }
  assert.equal(page.posts.length, 2)
})

test('no query leaves with the last breath, not even one that beforeSend adds, and no amount that is none', async () => {
  const page = await openPage()
  page.vigie.init({
    ...OPTIONS,
    beforeSend: (event) => ({ ...event, url: `${event['url']}?token=SECRET`, referrer: 'https://a.test/#SECRET', userId: 5 }),
  })
  page.vigie.trackPageView('/reset?token=SECRET')
  page.vigie.paymentFunnelTracking.checkoutStart(NaN, 'EUR')
  page.vigie.paymentFunnelTracking.checkoutStart(-5, 'EUR')
  page.vigie.bookingFunnelTracking.start('p1', '50 EUR' as never)
  page.vigie.captureError('text')
  page.vigie.paymentFunnelTracking.checkoutStart(0, 'EUR')
  page.fire('pagehide')
  assert.equal(page.posts.length, 1)
  assert.doesNotMatch(JSON.stringify(page.posts), /SECRET/)
  const breathed = page.stored()
  assert.deepEqual(
    breathed.map(({ eventType, page, url, referrer, userId, amount, handled }) => [eventType, page, url, referrer, userId, amount, handled]),
    [
      ['page_view', '/reset', 'https://shop.test/inscription', 'https://a.test/', '5', undefined, undefined],
      ['error', '/inscription', 'https://shop.test/inscription', 'https://a.test/', '5', undefined, true],
      ['checkout_start', '/inscription', 'https://shop.test/inscription', 'https://a.test/', '5', 0, undefined],
    ],
  )
  await settled(page)
  assert.deepEqual(page.stored().map((event) => ({ ...event, sentAt: '', lost: '' })), breathed.map((event) => ({ ...event, sentAt: '', lost: '' })))
  assert.equal(page.posts[1]?.body['lost'].invalid, 3)
})

test('a session that is not in the sample sends nothing', async () => {
  const page = await openPage()
  page.vigie.init({ ...OPTIONS, sampleRate: 0 })
  page.vigie.track('quiz_done')
  await settled(page)
  page.fire('pagehide')
  assert.equal(page.posts.length, 0)
})

test('who acts stands on the event, and stops when it is taken back', async () => {
  const page = await openPage()
  page.vigie.init({ ...OPTIONS, traffic: 'staff', release: 'r1', environment: 'test' })
  page.vigie.track('quiz_done')
  page.vigie.setUser({ id: 'u1', role: 'provider' })
  page.vigie.track('quiz_done')
  page.vigie.setUser(null)
  page.vigie.track('quiz_done')
  await settled(page)
  assert.deepEqual(page.stored().map(({ userId, userRole }) => [userId, userRole]), [
    [undefined, 'anonymous'],
    ['u1', 'provider'],
    [undefined, 'anonymous'],
  ])
  const { traffic, release, environment } = page.stored()[0] ?? {}
  assert.deepEqual([traffic, release, environment], ['staff', 'r1', 'test'])
})

test('a session ends after 30 minutes of silence and at 24 hours, and lives through reloads', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 })
  const page = await openPage()
  page.vigie.init(OPTIONS)
  const session = () => {
    page.vigie.track('quiz_done')
    return page.storage.get('functional_session_id')
  }
  const first = session()
  t.mock.timers.tick(29 * 60_000)
  assert.equal(session(), first)
  t.mock.timers.tick(31 * 60_000)
  const second = session()
  assert.notEqual(second, first)
  for (let minutes = 0; minutes < 24 * 60; minutes += 20) {
    t.mock.timers.tick(20 * 60_000)
    session()
  }
  t.mock.timers.tick(60_000)
  assert.notEqual(session(), second)
  t.mock.timers.reset()
})

test('a session id that the collector would refuse is replaced, and beforeSend cannot change it', async () => {
  const page = await openPage()
  page.storage.set('functional_session_id', 'séance 1')
  page.vigie.init({ ...OPTIONS, beforeSend: ({ eventType }) => ({ eventType, sessionId: 'two words' }) })
  page.vigie.track('quiz_done')
  await settled(page)
  assert.match(page.storage.get('functional_session_id') ?? '', UUID_V7)
  assert.equal(page.stored()[0]?.['sessionId'], page.storage.get('functional_session_id'))
})

test('a role, a consent or a traffic that no list knows costs no event, and debug tells', async (t) => {
  const page = await openPage()
  const warned = t.mock.method(console, 'warn', () => {})
  t.mock.method(console, 'debug', () => {})
  page.vigie.init({ ...OPTIONS, debug: true, traffic: 'robot' as never, consent: 'yes' as never })
  page.vigie.setUser({ id: 'u1', role: 'lawyer' as never })
  page.vigie.track('quiz_done')
  await settled(page)
  const { userId, userRole, consent, traffic } = page.stored()[0] ?? {}
  assert.deepEqual([userId, userRole, consent, traffic], ['u1', undefined, undefined, undefined])
  assert.deepEqual(warned.mock.calls.map(({ arguments: [, field] }) => field), ['traffic', 'userRole', 'consent'])
})

test('flush says whether all was delivered, and shutdown stops', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.track('quiz_done')
  assert.equal(await page.vigie.flush(), true)
  page.answer(503)
  page.vigie.track('quiz_done')
  assert.equal(await page.vigie.flush(), false)
  page.answer(202)
  page.fire('online')
  assert.equal(await page.vigie.flush(), true)
  assert.equal(page.stored().length, 2)
  await page.vigie.shutdown()
  const posts = page.posts.length
  page.vigie.track('quiz_done')
  page.fire('pagehide')
  assert.equal(page.posts.length, posts)
})

test('an init right after a shutdown starts again, as StrictMode does it', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  void page.vigie.shutdown()
  page.vigie.init(OPTIONS)
  page.vigie.track('quiz_done')
  await settled(page)
  page.vigie.track('quiz_done')
  page.fire('pagehide')
  assert.equal(page.stored().length, 2)
})

test('a core that did not load is tried again at the next event and when the network is back', async () => {
  const page = await openPage()
  page.hideCore(true)
  page.vigie.init(OPTIONS)
  page.vigie.track('first')
  assert.equal(await page.vigie.flush(), false)
  page.vigie.track('second')
  page.hide()
  assert.equal(await page.vigie.flush(), false)
  page.hideCore(false)
  page.fire('online')
  assert.equal(await page.vigie.flush(), true)
  assert.deepEqual(page.stored().map((event) => event['eventType']), ['first', 'second'])
  const another = await openPage()
  another.hideCore(true)
  another.vigie.init(OPTIONS)
  assert.equal(await another.vigie.flush(), false)
  another.hideCore(false)
  another.vigie.track('first')
  assert.equal(await another.vigie.flush(), true)
  assert.equal(another.stored().length, 1)
})

test('where there is no core, more events leave with the page than it holds', async () => {
  const page = await openPage()
  page.hideCore(true)
  page.vigie.init(OPTIONS)
  await page.vigie.flush()
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 900; i++) page.vigie.track('quiz_done', { round, i })
    page.fire('pagehide')
  }
  assert.deepEqual([page.events().length, page.stored().length], [2_700, 2_700])
})

test('where WASM is refused, events leave with the page, once', async () => {
  const page = await openPage()
  const { instantiateStreaming } = WebAssembly
  WebAssembly.instantiateStreaming = () => Promise.reject(new Error('script-src'))
  page.vigie.init(OPTIONS)
  page.vigie.track('quiz_done')
  assert.equal(await page.vigie.flush(), false)
  WebAssembly.instantiateStreaming = instantiateStreaming
  page.hide()
  page.vigie.track('quiz_done')
  page.fire('pagehide')
  assert.deepEqual([page.events().length, page.stored().length], [2, 2])
})

test('a batch asks for no preflight', async () => {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  for (let i = 0; i < 30; i++) page.vigie.track('quiz_done', { i, text: 'x'.repeat(100) })
  await settled(page)
  page.vigie.track('quiz_done')
  page.hide()
  assert.ok(page.posts.length >= 2)
  for (const { headers } of page.posts) {
    assert.ok(Object.entries(headers).every((header) => header.join() === 'content-type,text/plain'))
  }
})
