//! The event types that Vigie knows by name; any other `[a-z][a-z0-9_]{0,63}` is a custom event.

use crate::names::names;

names! {
    /// `eventType` on the wire (`contract.md`, section 1).
    pub enum EventType {
        PageView = "page_view",
        PageViewSignup = "page_view_signup",
        SignupFormStart = "signup_form_start",
        SignupFormSubmit = "signup_form_submit",
        SignupSuccess = "signup_success",
        SignupError = "signup_error",
        ProviderSearch = "provider_search",
        ProviderView = "provider_view",
        BookingStart = "booking_start",
        BookingComplete = "booking_complete",
        BookingError = "booking_error",
        CheckoutStart = "checkout_start",
        PaymentMethodSelected = "payment_method_selected",
        PaymentAttempt = "payment_attempt",
        PaymentSuccess = "payment_success",
        PaymentError = "payment_error",
        FormStart = "form_start",
        FormSubmit = "form_submit",
        FormError = "form_error",
        /// Made by the SDK itself when a page is left with a form started and not sent.
        FormAbandon = "form_abandon",
        GtagConversion = "gtag_conversion",
        GoogleAdsConversion = "google_ads_conversion",
        /// Reserved for captured errors; stored in `error_logs` alone.
        Error = "error",
    }
}

/// Whether a custom event may bear this name: `[a-z][a-z0-9_]{0,63}`.
#[must_use]
pub fn is_custom_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    matches!(bytes.first(), Some(b'a'..=b'z'))
        && bytes.len() <= 64
        && bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

#[test]
fn a_custom_name_is_a_lower_case_word() {
    for (name, expected) in [
        ("quiz_done", true),
        ("a", true),
        ("", false),
        ("Quiz", false),
        ("1st", false),
        ("'; DROP TABLE", false),
        (&"a".repeat(64), true),
        (&"a".repeat(65), false),
    ] {
        assert_eq!(is_custom_name(name), expected, "{name}");
    }
}
