//! The columns of an event that its sender fills (`contract.md`, section 2), in the order in which the browser hands them over.
//!
//! `id`, `eventType` and `timestamp` are no columns: every event has them.

use crate::limits::{MESSAGE_CHARS_MAX, METADATA_BYTES_MAX, NAME_CHARS_MAX, STACK_CHARS_MAX, URL_CHARS_MAX};
use crate::names::names;

names! {
    /// A field of an event. The first [`Column::SHARED`] are mostly the same for all events of a batch and then stand on the batch.
    pub enum Column {
        SessionId = "sessionId",
        CorrelationId = "correlationId",
        Page = "page",
        Url = "url",
        UserId = "userId",
        UserRole = "userRole",
        Consent = "consent",
        FormName = "formName",
        FieldName = "fieldName",
        SubmissionId = "submissionId",
        ProviderId = "providerId",
        BookingId = "bookingId",
        PaymentId = "paymentId",
        Amount = "amount",
        Currency = "currency",
        Method = "method",
        ErrorCode = "errorCode",
        ErrorMessage = "errorMessage",
        Severity = "severity",
        Context = "context",
        Message = "message",
        Stack = "stack",
        ErrorType = "errorType",
        Handled = "handled",
        Component = "component",
        Referrer = "referrer",
        Release = "release",
        Environment = "environment",
        Language = "language",
        Metadata = "metadata",
    }
}

impl Column {
    /// How many columns, from the first, are said once a batch where they can be.
    pub const SHARED: usize = 7;

    /// Characters (of `metadata`: bytes) that it may hold.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::Url | Self::Referrer => URL_CHARS_MAX,
            Self::ErrorMessage | Self::Message => MESSAGE_CHARS_MAX,
            Self::Stack => STACK_CHARS_MAX,
            Self::Metadata => METADATA_BYTES_MAX,
            _ => NAME_CHARS_MAX,
        }
    }

    /// Whether its text is JSON already: a number, a truth value or an object.
    #[must_use]
    pub const fn is_json(self) -> bool {
        matches!(self, Self::Amount | Self::Handled | Self::Metadata)
    }

    /// Whether it is an address, of which neither query nor fragment may leave the browser.
    #[must_use]
    pub const fn is_address(self) -> bool {
        matches!(self, Self::Page | Self::Url | Self::Referrer)
    }
}
