/**
 * The names and limits that travel, as `vigie-protocol` has them.
 *
 * Derived: do not edit. `cargo xtask derive` writes it.
 */

/** How this SDK names itself in a batch. */
export const SDK = 'vigie-js/0.1.0'

/** The columns of an event, in the order in which they are handed to the core. */
export const COLUMNS = [
  'sessionId',
  'correlationId',
  'page',
  'url',
  'userId',
  'userRole',
  'consent',
  'formName',
  'fieldName',
  'submissionId',
  'providerId',
  'bookingId',
  'paymentId',
  'amount',
  'currency',
  'method',
  'errorCode',
  'errorMessage',
  'severity',
  'context',
  'message',
  'stack',
  'errorType',
  'handled',
  'component',
  'referrer',
  'release',
  'environment',
  'language',
  'metadata',
] as const
export type Column = (typeof COLUMNS)[number]

/** The event types that Vigie knows by name. */
export type EventType =
  | 'page_view'
  | 'page_view_signup'
  | 'signup_form_start'
  | 'signup_form_submit'
  | 'signup_success'
  | 'signup_error'
  | 'provider_search'
  | 'provider_view'
  | 'booking_start'
  | 'booking_complete'
  | 'booking_error'
  | 'checkout_start'
  | 'payment_method_selected'
  | 'payment_attempt'
  | 'payment_success'
  | 'payment_error'
  | 'form_start'
  | 'form_submit'
  | 'form_error'
  | 'form_abandon'
  | 'gtag_conversion'
  | 'google_ads_conversion'
  | 'error'

/** Who acts. */
export type Role =
  | 'client'
  | 'provider'
  | 'admin'
  | 'anonymous'

/** Only `human` moves rates. */
export type Traffic =
  | 'human'
  | 'bot'
  | 'staff'
  | 'synthetic'

/** What the visitor answered. */
export type Consent =
  | 'granted'
  | 'denied'
  | 'unasked'

/** How bad a captured error is. */
export type ErrorSeverity =
  | 'info'
  | 'low'
  | 'medium'
  | 'high'
  | 'critical'

/** Why the collector did not take an event. */
export type RefusalCode =
  | 'missing'
  | 'invalid'
  | 'reserved'
  | 'out_of_range'
  | 'too_large'
  | 'too_old'
  | 'id_time'
  | 'not_uuidv7'

/** Why an event was given up. */
export type LostReason =
  | 'queue_full'
  | 'too_large'
  | 'storage_denied'
  | 'retries_exhausted'
  | 'invalid'
  | 'no_consent'

/** Why a request as a whole was not taken. */
export type ProblemCode =
  | 'invalid_json'
  | 'unauthorized'
  | 'origin_refused'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_slow'
  | 'body_too_large'
  | 'unsupported_encoding'
  | 'invalid_batch'
  | 'invalid_argument'
  | 'rate_limited'
  | 'overloaded'
  | 'unavailable'
  | 'internal'

/** Events that may wait; what is over that is counted and reported. */
export const WAITING_EVENTS_MAX = 1000

/** Bytes that may outlive the page. */
export const KEEPALIVE_BYTES_MAX = 61440

/** A session ends after this long without an event, in ms. */
export const SESSION_IDLE_MAX_MS = 1800000

/** A session ends at this age, in ms. */
export const SESSION_AGE_MAX_MS = 86400000
