import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visitors, type Visitor } from './visitors.ts'

const NOW = Date.parse('2026-11-24T04:30:00Z')

/** A small generator with a seed, so that the same thirty people come each time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const walk = (broken: boolean) =>
  visitors({ count: 30, broken, now: NOW, random: seeded(7), url: 'http://localhost/inscription' })

const types = (visitor: Visitor) => visitor.batch.events.map((event) => event.eventType)

test('a sound form loses fewer than the 30 % that are an alert', () => {
  const all = walk(false)
  const started = all.filter((visitor) => visitor.started)
  const lost = started.filter((visitor) => !visitor.won)
  assert.equal(started.length, 25)
  assert.ok(lost.length > 0 && lost.length / started.length < 0.3, `${lost.length} of ${started.length}`)
})

test('nobody gets through a broken form, and everybody who began leaves it with the phone to blame', () => {
  for (const visitor of walk(true).filter((each) => each.started)) {
    assert.equal(visitor.won, false)
    assert.ok(!types(visitor).includes('signup_form_submit'))
    const last = visitor.batch.events.at(-1)
    assert.deepEqual([last?.eventType, last?.fieldName], ['form_abandon', 'phone'])
  }
})

test('who signs up walks the funnel in order and leaves nothing behind', () => {
  for (const visitor of walk(false).filter((each) => each.won)) {
    const steps = types(visitor).filter((type) => type !== 'form_error')
    assert.deepEqual(steps, ['page_view_signup', 'signup_form_start', 'signup_form_submit', 'signup_success'])
  }
})

for (const broken of [false, true]) {
  test(`every event bears an id of its own time, in order, none in the future: ${broken ? 'broken' : 'sound'} form`, () => {
    const ids: string[] = []
    for (const { batch } of walk(broken)) {
      let before = 0
      for (const event of batch.events) {
        const time = Date.parse(event.timestamp)
        assert.match(event.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        assert.equal(Number.parseInt(event.id.replaceAll('-', '').slice(0, 12), 16), time)
        assert.ok(time >= before && time <= NOW, `${event.timestamp} after ${new Date(before).toISOString()}`)
        before = time
        ids.push(event.id)
      }
    }
    assert.equal(new Set(ids).size, ids.length)
  })
}
