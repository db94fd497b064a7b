/**
 * The functions that record what a visitor does (`contract.md`, 1): each says which event it is and which columns it fills.
 *
 * The core's `funnel.rs` says the same for visitors that are no browser; `test/calls.json` holds both to it.
 */
import { asText, type Said } from './recording.js'
import { attempt, record } from './tracker.js'
import type { PaymentMethod, SignupRole } from './types.js'
import { COLUMNS, type Column, type ErrorSeverity } from './wire.js'

const seen = new Set<string>()

/**
 * Records what a component says when it appears. The same said again within one task is the same sight: React's StrictMode
 * runs every effect twice, one right after the other.
 */
function appear(eventType: string, said: Said): void {
  const what = eventType + asText(said)
  if (seen.has(what)) return
  seen.add(what)
  queueMicrotask(() => seen.clear())
  record(eventType, said)
}

const signup = (event: string, role: SignupRole = 'client', said?: Said, how = record): void =>
  attempt(() => how(event, { formName: `signup_${role}`, userRole: role, ...said }))

export const signupFunnelTracking = {
  pageView: (role?: SignupRole): void => signup('page_view_signup', role, {}, appear),
  formStart: (role?: SignupRole): void => signup('signup_form_start', role, {}, appear),
  formSubmit: (role?: SignupRole): void => signup('signup_form_submit', role),
  success: (userId: string, role?: SignupRole): void => signup('signup_success', role, { userId }),
  error: (errorCode: string, errorMessage: string, role?: SignupRole): void =>
    signup('signup_error', role, { errorCode, errorMessage }),
}

const booking = (event: string, said: Said): void => record(event, { formName: 'booking', ...said })

export const bookingFunnelTracking = {
  search: (filters?: Record<string, unknown>): void => appear('provider_search', { metadata: asText(filters) }),
  providerView: (providerId: string): void => appear('provider_view', { providerId }),
  start: (providerId: string, amount?: number, currency?: string): void =>
    booking('booking_start', { providerId, amount, currency }),
  complete: (bookingId: string, providerId: string, amount: number, currency: string): void =>
    booking('booking_complete', { bookingId, providerId, amount, currency }),
  error: (providerId: string, errorCode: string, errorMessage: string): void =>
    booking('booking_error', { providerId, errorCode, errorMessage }),
}

const payment = (event: string, method: PaymentMethod, said?: Said): void =>
  attempt(() => record(event, { formName: `payment_${method}`, method, ...said }))

export const paymentFunnelTracking = {
  checkoutStart: (amount: number, currency: string): void => appear('checkout_start', { amount, currency }),
  methodSelected: (method: PaymentMethod): void => payment('payment_method_selected', method),
  attempt: (paymentId: string, amount: number, currency: string, method: PaymentMethod): void =>
    payment('payment_attempt', method, { paymentId, amount, currency }),
  success: (paymentId: string, amount: number, currency: string, method: PaymentMethod): void =>
    payment('payment_success', method, { paymentId, amount, currency }),
  error: (errorCode: string, errorMessage: string, method: PaymentMethod, amount?: number, currency?: string): void =>
    payment('payment_error', method, { errorCode, errorMessage, amount, currency }),
}

export const trackFormStart = (formName: string): void => appear('form_start', { formName })

/** `success` false is a refused attempt: the form stays open. */
export const trackFormSubmit = (formName: string, success = true): void =>
  record('form_submit', { formName, metadata: success ? undefined : '{"success":false}' })

export const trackGenericFormError = (formName: string, fieldName: string, errorCode: string, errorMessage: string): void =>
  record('form_error', { formName, fieldName, errorCode, errorMessage })

export const trackPageView = (page?: string): void => appear('page_view', { page })

/** An event of your own. A property that is named as a column goes there, every other under `metadata`. */
export function track(eventType: string, properties: Record<string, unknown> = {}): void {
  attempt(() => {
    const said: Partial<Record<Column, string | number | boolean>> = {}
    const metadata: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(properties)) {
      const fits = typeof value === (name === 'amount' ? 'number' : 'string')
      if (fits && OPEN_COLUMNS.includes(name as Column)) said[name as Column] = value as string | number
      else if (name === 'metadata') Object.assign(metadata, value)
      else metadata[name] = value
    }
    record(eventType, { ...said, metadata: asText(metadata) })
  })
}

/** Columns that the customer's code may fill by name: not the ids of session and request, and not what errors alone have. */
const OPEN_COLUMNS = COLUMNS.filter((column) => !/^(ses|cor|cons|meta|han)/.test(column))

/** Reports an error that the site caught. */
export function captureError(error: unknown, options: { severity?: ErrorSeverity; context?: string } = {}): void {
  attempt(() => {
    const { name, message, stack }: Partial<Error> =
      error instanceof Error ? error : { name: typeof error, message: String(error) }
    const { severity, context = '' } = options
    record('error', {
      severity: severity ?? severityIn(context),
      context,
      message,
      stack,
      errorType: name,
      handled: true,
    })
  })
}

/** An error boundary has lost a part of the page; what reaches the window was caught by nobody. */
function severityIn(context: string): ErrorSeverity {
  if (/boundary/i.test(context)) return 'critical'
  if (/onerror|unhandled/i.test(context)) return 'high'
  return /resource/i.test(context) ? 'low' : 'medium'
}
