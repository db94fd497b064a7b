/** The seed's section 5 as it stands there, but for the import path. It type-checks here and is run by `seed.test.ts`. */
import {
  signupFunnelTracking,
  bookingFunnelTracking,
  paymentFunnelTracking,
  trackGenericFormError,
  createFormErrorHandler
} from '@sos-expat/vigie';

export function useAsInTheSeed(userId: string, providerId: string, bookingId: string, paymentId: string) {
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

const onError = createFormErrorHandler('my_form');
return onError
}
