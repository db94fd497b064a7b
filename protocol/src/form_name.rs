//! The names of the forms that belong to a funnel, as in the original system; every other form is a generic one.

/// The client's sign-up form.
pub const SIGNUP_CLIENT: &str = "signup_client";
/// The provider's sign-up form.
pub const SIGNUP_PROVIDER: &str = "signup_provider";
/// The booking form; `booking_start` is its submission.
pub const BOOKING: &str = "booking";
/// What a checkout's form name begins with, `payment_stripe` for instance; `payment_attempt` is its submission.
pub const PAYMENT_PREFIX: &str = "payment_";
