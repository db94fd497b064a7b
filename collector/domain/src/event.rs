//! An event as it is kept: every field checked, the clock corrected, what it shares with its neighbours held once.
//!
//! An `Event` in hand needs no second look: only `intake` makes one. Field names are the contract's (section 2).

use vigie_protocol::field::ErrorSeverity;
use vigie_protocol::outcome::{LostReason, RefusalCode};
use vigie_protocol::{Consent, EventType, Role, Traffic};

use crate::id::Id;
use crate::time::Timestamp;

/// What one request brought, parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    pub received_at: Timestamp,
    /// What events share: one for each combination that occurs, mostly one a batch.
    pub contexts: Vec<Context>,
    pub events: Vec<Event>,
    /// Events of type `error`; they stand in `error_logs` alone.
    pub errors: Vec<CapturedError>,
    pub refused: Vec<Refusal>,
    pub lost: Option<LostReport>,
    /// Texts that were longer than their limit and were cut.
    pub cut_texts: usize,
}

/// Who, where and with what: the part of an event that holds for the whole batch unless the event says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Context {
    pub session_id: Box<str>,
    pub correlation_id: Option<Box<str>>,
    pub user_id: Option<Box<str>>,
    pub user_role: Option<Role>,
    pub url: Option<Box<str>>,
    pub referrer: Option<Box<str>>,
    pub release: Option<Box<str>>,
    pub environment: Option<Box<str>>,
    pub language: Option<Box<str>>,
    pub agent: Agent,
    pub traffic: Option<Traffic>,
    pub consent: Option<Consent>,
}

impl Context {
    /// Only people move counters and rates (`checks.md`, Counting).
    #[must_use]
    pub fn is_human(&self) -> bool {
        matches!(self.traffic, None | Some(Traffic::Human))
    }
}

/// What the user agent says, which itself is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Agent {
    pub device: Option<&'static str>,
    pub browser: Option<&'static str>,
    pub os: Option<&'static str>,
}

/// `eventType`: one of ours or the customer's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Known(EventType),
    Custom(Box<str>),
}

impl Kind {
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Custom(name) => name,
        }
    }

    /// The kind that is spelled so in the store.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        EventType::from_name(name).map_or_else(|| Self::Custom(name.into()), Self::Known)
    }

    /// Whether such an event also makes a document in `form_errors`.
    #[must_use]
    pub const fn is_form_error(&self) -> bool {
        matches!(
            self,
            Self::Known(
                EventType::FormError | EventType::SignupError | EventType::BookingError | EventType::PaymentError
            )
        )
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: Id,
    pub kind: Kind,
    /// When it happened, by the collector's clock.
    pub timestamp: Timestamp,
    /// Its place in [`Batch::contexts`].
    pub context: usize,
    pub page: Option<Box<str>>,
    pub form_name: Option<Box<str>>,
    pub field_name: Option<Box<str>>,
    pub submission_id: Option<Box<str>>,
    pub provider_id: Option<Box<str>>,
    pub booking_id: Option<Box<str>>,
    pub payment_id: Option<Box<str>>,
    /// Major units (50 = 50 EUR), finite, not negative.
    pub amount: Option<f64>,
    pub currency: Option<Box<str>>,
    pub method: Option<Box<str>>,
    pub error_code: Option<Box<str>>,
    pub error_message: Option<Box<str>>,
    /// A JSON object as text, within its limits.
    pub metadata: Option<Box<str>>,
}

/// One captured error, a document of `error_logs`.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedError {
    pub id: Id,
    pub timestamp: Timestamp,
    /// Its place in [`Batch::contexts`].
    pub context: usize,
    pub severity: ErrorSeverity,
    /// Where it happened, in the customer's words: `payment`, `react`.
    pub place: Option<Box<str>>,
    pub message: Option<Box<str>>,
    pub stack: Option<Box<str>>,
    pub error_type: Option<Box<str>>,
    pub handled: Option<bool>,
    pub component: Option<Box<str>>,
    /// Kept for errors alone: a stack can seldom be read without it.
    pub user_agent: Option<Box<str>>,
}

/// An event that was not taken, kept for inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Its id as it was sent, if it was a text.
    pub id: Option<Box<str>>,
    pub field: Box<str>,
    pub code: RefusalCode,
    /// One sentence for the developer who sent it.
    pub reason: Box<str>,
    /// The event as it came, cut to [`KEPT_BYTES`].
    pub event: Box<str>,
}

/// Bytes of a refused event that are kept.
pub const KEPT_BYTES: usize = 2_048;

/// What an SDK says it had to give up since its last batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostReport {
    pub id: Id,
    pub counts: Vec<(LostReason, u64)>,
}
