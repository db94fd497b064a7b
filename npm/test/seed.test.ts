import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPage } from './page.ts'

test('the snippet of the seed runs as it is', async () => {
  const page = await openPage()
  const vigie = await import('@sos-expat/vigie')
  const { useAsInTheSeed } = await import('./seed.ts')
  vigie.init({ key: 'k', endpoint: 'https://vigie.test' })
  const onError = useAsInTheSeed('u1', 'p1', 'b1', 'pi_1')
  onError({ email: { type: 'required', message: 'Obligatoire' } })
  await vigie.flush()
  assert.deepEqual(page.stored().map((event) => event['eventType']), [
    'page_view_signup', 'signup_form_start', 'signup_form_submit', 'signup_success', 'signup_error',
    'provider_search', 'provider_view', 'booking_start', 'booking_complete',
    'checkout_start', 'payment_method_selected', 'payment_attempt', 'payment_success',
    'form_error', 'form_error',
  ])
})
