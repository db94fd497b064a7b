//! What each function of the browser API says (`contract.md`, section 1), for visitors that are no browser.
//!
//! In a page the face fills the same columns in TypeScript (`npm/src/tracking.ts`), so that an event stands complete before
//! WASM is there. `npm/test/calls.json` lists what both must say; a test on either side reads it.

use vigie_protocol::form_name::{BOOKING, PAYMENT_PREFIX};
use vigie_protocol::{Column, EventType};

use crate::call::Call;

/// `signupFunnelTracking.pageView(role)`; a role is `client` or `provider`.
#[must_use]
pub fn signup_page_view(role: &str) -> Call {
    signup(EventType::PageViewSignup, role)
}

/// `signupFunnelTracking.formStart(role)`
#[must_use]
pub fn signup_form_start(role: &str) -> Call {
    signup(EventType::SignupFormStart, role)
}

/// `signupFunnelTracking.formSubmit(role)`
#[must_use]
pub fn signup_form_submit(role: &str) -> Call {
    signup(EventType::SignupFormSubmit, role)
}

/// `signupFunnelTracking.success(userId, role)`
#[must_use]
pub fn signup_success(user_id: &str, role: &str) -> Call {
    signup(EventType::SignupSuccess, role).with(Column::UserId, user_id)
}

/// `signupFunnelTracking.error(code, message, role)`
#[must_use]
pub fn signup_error(code: &str, message: &str, role: &str) -> Call {
    failed(signup(EventType::SignupError, role), code, message)
}

/// `bookingFunnelTracking.search(filters)`; the filters are a JSON object as text.
#[must_use]
pub fn provider_search(filters: &str) -> Call {
    Call::new(EventType::ProviderSearch).with(Column::Metadata, filters)
}

/// `bookingFunnelTracking.providerView(providerId)`
#[must_use]
pub fn provider_view(provider_id: &str) -> Call {
    Call::new(EventType::ProviderView).with(Column::ProviderId, provider_id)
}

/// `bookingFunnelTracking.start(providerId, amount, currency)`
#[must_use]
pub fn booking_start(provider_id: &str, amount: f64, currency: &str) -> Call {
    priced(booking(EventType::BookingStart, provider_id), amount, currency)
}

/// `bookingFunnelTracking.complete(bookingId, providerId, amount, currency)`
#[must_use]
pub fn booking_complete(booking_id: &str, provider_id: &str, amount: f64, currency: &str) -> Call {
    priced(booking(EventType::BookingComplete, provider_id).with(Column::BookingId, booking_id), amount, currency)
}

/// `bookingFunnelTracking.error(providerId, code, message)`
#[must_use]
pub fn booking_error(provider_id: &str, code: &str, message: &str) -> Call {
    failed(booking(EventType::BookingError, provider_id), code, message)
}

/// `paymentFunnelTracking.checkoutStart(amount, currency)`
#[must_use]
pub fn checkout_start(amount: f64, currency: &str) -> Call {
    priced(Call::new(EventType::CheckoutStart), amount, currency)
}

/// `paymentFunnelTracking.methodSelected(method)`
#[must_use]
pub fn payment_method_selected(method: &str) -> Call {
    payment(EventType::PaymentMethodSelected, method)
}

/// `paymentFunnelTracking.attempt(paymentId, amount, currency, method)`
#[must_use]
pub fn payment_attempt(payment_id: &str, amount: f64, currency: &str, method: &str) -> Call {
    priced(payment(EventType::PaymentAttempt, method).with(Column::PaymentId, payment_id), amount, currency)
}

/// `paymentFunnelTracking.success(paymentId, amount, currency, method)`
#[must_use]
pub fn payment_success(payment_id: &str, amount: f64, currency: &str, method: &str) -> Call {
    priced(payment(EventType::PaymentSuccess, method).with(Column::PaymentId, payment_id), amount, currency)
}

/// `paymentFunnelTracking.error(code, message, method)`
#[must_use]
pub fn payment_error(code: &str, message: &str, method: &str) -> Call {
    failed(payment(EventType::PaymentError, method), code, message)
}

/// `trackFormStart(form)`
#[must_use]
pub fn form_start(form: &str) -> Call {
    Call::new(EventType::FormStart).with(Column::FormName, form)
}

/// `trackFormSubmit(form, success)`; false is a refused attempt.
#[must_use]
pub fn form_submit(form: &str, success: bool) -> Call {
    let call = Call::new(EventType::FormSubmit).with(Column::FormName, form);
    if success { call } else { call.with(Column::Metadata, r#"{"success":false}"#) }
}

/// `trackGenericFormError(form, field, type, message)`
#[must_use]
pub fn form_error(form: &str, field: &str, error_type: &str, message: &str) -> Call {
    let call = Call::new(EventType::FormError).with(Column::FormName, form).with(Column::FieldName, field);
    failed(call, error_type, message)
}

/// `trackPageView(page)`
#[must_use]
pub fn page_view(page: &str) -> Call {
    Call::new(EventType::PageView).with(Column::Page, page)
}

fn signup(event_type: EventType, role: &str) -> Call {
    Call::new(event_type).with(Column::FormName, format!("signup_{role}")).with(Column::UserRole, role)
}

fn booking(event_type: EventType, provider_id: &str) -> Call {
    Call::new(event_type).with(Column::FormName, BOOKING).with(Column::ProviderId, provider_id)
}

fn payment(event_type: EventType, method: &str) -> Call {
    Call::new(event_type).with(Column::FormName, format!("{PAYMENT_PREFIX}{method}")).with(Column::Method, method)
}

fn priced(call: Call, amount: f64, currency: &str) -> Call {
    call.amount(amount).with(Column::Currency, currency)
}

fn failed(call: Call, code: &str, message: &str) -> Call {
    call.with(Column::ErrorCode, code).with(Column::ErrorMessage, message)
}
