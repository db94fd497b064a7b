import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPage, OPTIONS, settled } from './page.ts'

/** An element as React Hook Form keeps one: a cycle that holds what a person typed. */
const element = () => {
  const node: Record<string, unknown> = { value: 'secret', type: 'email', [Symbol.toStringTag]: 'HTMLInputElement' }
  node['form'] = node
  return node
}

async function reported(errors: object): Promise<Record<string, any>[]> {
  const page = await openPage()
  page.vigie.init(OPTIONS)
  page.vigie.createFormErrorHandler('my_form')(errors)
  await settled(page)
  assert.ok(!JSON.stringify(page.posts).includes('secret'), 'what a person typed is never sent')
  return page.stored()
}

const said = (events: Record<string, any>[]) => events.map(({ fieldName, errorCode, errorMessage }) => [fieldName, errorCode, errorMessage])

test('three fields failing in one submit are three errors and one refusal', async () => {
  const events = await reported({
    email: { type: 'pattern', message: 'Email invalide', ref: element() },
    phone: { type: 'required', message: '', ref: element() },
    age: { type: 'min', message: 'Trop jeune', ref: element() },
  })
  assert.deepEqual(said(events), [['email', 'pattern', 'Email invalide'], ['phone', 'required', 'required'], ['age', 'min', 'Trop jeune']])
  assert.equal(new Set(events.map((event) => event['submissionId'])).size, 1)
  assert.ok(events.every((event) => event['eventType'] === 'form_error' && event['formName'] === 'my_form'))
})

test('nested fields, field arrays with holes and root errors are named by their path', async () => {
  const events = await reported({
    address: { street: { type: 'required', ref: element() } },
    items: Object.assign([undefined, { name: { type: 'maxLength', message: 'Trop long' } }], { root: { type: 'minLength', message: 'Un au moins' } }),
    root: { server: { type: 500, message: 'Serveur' } },
  })
  assert.deepEqual(said(events), [
    ['address.street', 'required', 'required'],
    ['items.1.name', 'maxLength', 'Trop long'],
    ['items.root', 'minLength', 'Un au moins'],
    ['root.server', '500', 'Serveur'],
  ])
})

test('a field that is called type is a field, and an error without a type is custom', async () => {
  const events = await reported({ type: { type: 'required' }, coupon: { message: 'Inconnu' } })
  assert.deepEqual(said(events), [['type', 'required', 'required'], ['coupon', 'custom', 'Inconnu']])
})
