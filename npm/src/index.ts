/**
 * `@sos-expat/vigie`: says what a visitor does in a funnel or a form, and where it breaks.
 */
export { createFormErrorHandler } from './formErrors.js'
export { setUser } from './recording.js'
export { correlationId } from './session.js'
export { flush, init, setConsent, shutdown } from './tracker.js'
export {
  bookingFunnelTracking,
  captureError,
  paymentFunnelTracking,
  signupFunnelTracking,
  track,
  trackFormStart,
  trackFormSubmit,
  trackGenericFormError,
  trackPageView,
} from './tracking.js'
export type {
  Consent,
  ErrorSeverity,
  EventType,
  FieldErrors,
  InitOptions,
  PaymentMethod,
  Role,
  SignupRole,
  Traffic,
  User,
  VigieEvent,
} from './types.js'
