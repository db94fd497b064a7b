/**
 * The snippet that the customer's own document shows (its section 5), line for line but for the import's path, in a site
 * without any configuration: it has to type-check and to run.
 */
import {
  signupFunnelTracking,
  bookingFunnelTracking,
  paymentFunnelTracking,
  trackGenericFormError
} from '@sos-expat/vigie';
import { init } from '@sos-expat/vigie'

init({ key: import.meta.env['VITE_VIGIE_KEY'], endpoint: import.meta.env['VITE_VIGIE_ENDPOINT'], traffic: 'human' })
const [userId, providerId, bookingId, paymentId] = ['user-1', 'provider-1', 'booking-1', 'payment-1'] as const

// Inscription
signupFunnelTracking.pageView('client');
signupFunnelTracking.formStart('client');
signupFunnelTracking.formSubmit('client');
signupFunnelTracking.success(userId, 'client');
signupFunnelTracking.error('auth/email-already-in-use', 'Email déjà utilisé');

// Réservation
bookingFunnelTracking.search({ specialty: 'avocat' });
bookingFunnelTracking.providerView(providerId);
bookingFunnelTracking.start(providerId, 50, 'EUR');
bookingFunnelTracking.complete(bookingId, providerId, 50, 'EUR');

// Paiement
paymentFunnelTracking.checkoutStart(50, 'EUR');
paymentFunnelTracking.methodSelected('stripe');
paymentFunnelTracking.attempt(paymentId, 50, 'EUR', 'stripe');
paymentFunnelTracking.success(paymentId, 50, 'EUR', 'stripe');

// Erreurs formulaire
trackGenericFormError('contact_form', 'email', 'invalid', 'Email invalide');
