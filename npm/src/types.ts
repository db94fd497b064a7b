/** What the customer's code hands to Vigie. */
import type { Consent, ErrorSeverity, EventType, Role, Traffic } from './wire.js'

export type { Consent, ErrorSeverity, EventType, Role, Traffic }

export interface InitOptions {
  /** The collector's public key. */
  readonly key: string
  /** The collector's address, `https://vigie.example`. Without it nothing is recorded. */
  readonly endpoint: string
  /** Which build of the site this is. */
  readonly release?: string | undefined
  /** `production`, `staging`, … */
  readonly environment?: string | undefined
  /** What the visitor answered so far. After `denied` nothing is sent. */
  readonly consent?: Consent | undefined
  /** Who this is, where the site knows better than the user agent. */
  readonly traffic?: Traffic | undefined
  /** Share of sessions that are recorded, 0 to 1. */
  readonly sampleRate?: number | undefined
  /** Sees each event before it is recorded: return it, changed or not, or null to drop it. */
  readonly beforeSend?: ((event: VigieEvent) => VigieEvent | null) | undefined
  /** Tells in the console what becomes of events. */
  readonly debug?: boolean | undefined
}

/** An event as `beforeSend` sees it. */
export interface VigieEvent {
  readonly eventType: string
  metadata?: Record<string, unknown> | undefined
  [column: string]: unknown
}

export type SignupRole = 'client' | 'provider'

/** `'stripe'`, `'paypal'` or any other. */
export type PaymentMethod = 'stripe' | 'paypal' | (string & {})

export interface User {
  readonly id: string
  readonly role: Role
}

/** React Hook Form's errors, as far as they are read here; the library is not needed to compile. */
export type FieldErrors = object
