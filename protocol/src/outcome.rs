//! What can become of an event besides being accepted: refused with a code, or lost in the browser for a reason.

use crate::names::names;

names! {
    /// Why the collector did not take an event (`contract.md`, section 3).
    pub enum RefusalCode {
        /// A required field is not there.
        Missing = "missing",
        /// The field is not of its form.
        Invalid = "invalid",
        /// The name is kept for Vigie itself.
        Reserved = "reserved",
        /// A number or a time outside of what can be.
        OutOfRange = "out_of_range",
        /// Larger or deeper than its limit.
        TooLarge = "too_large",
        /// Older than seven days after the clock was corrected.
        TooOld = "too_old",
        /// The id's own time is more than an hour from the event's timestamp.
        IdTime = "id_time",
        /// The id is no UUIDv7.
        NotUuidv7 = "not_uuidv7",
    }
}

names! {
    /// Why the SDK gave an event up before it could be delivered.
    pub enum LostReason {
        QueueFull = "queue_full",
        TooLarge = "too_large",
        StorageDenied = "storage_denied",
        RetriesExhausted = "retries_exhausted",
        Invalid = "invalid",
        NoConsent = "no_consent",
    }
}

names! {
    /// `code` of a problem document: why a request as a whole was not taken.
    pub enum ProblemCode {
        InvalidJson = "invalid_json",
        Unauthorized = "unauthorized",
        OriginRefused = "origin_refused",
        /// The token is right and may only read.
        Forbidden = "forbidden",
        NotFound = "not_found",
        MethodNotAllowed = "method_not_allowed",
        /// The body did not come to its end in time.
        TooSlow = "too_slow",
        BodyTooLarge = "body_too_large",
        UnsupportedEncoding = "unsupported_encoding",
        InvalidBatch = "invalid_batch",
        /// An argument of an admin function; `field` names it.
        InvalidArgument = "invalid_argument",
        RateLimited = "rate_limited",
        Overloaded = "overloaded",
        /// The store cannot be reached or written.
        Unavailable = "unavailable",
        /// A mistake of the collector's own.
        Internal = "internal",
    }
}
