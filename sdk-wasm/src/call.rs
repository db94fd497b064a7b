//! What the customer's code asked for: an event type and its columns, not yet looked at.
//!
//! Whether it is a good one is `event`'s to say; what each function of the browser API fills in stands in `funnel`.

use vigie_protocol::{Column, EventType};

use crate::time::Timestamp;

/// One call of the browser API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// `eventType`.
    pub event_type: String,
    /// The id it was given when it was made; without one, the core makes it.
    pub id: Option<String>,
    /// When it was made; without it, it is made now.
    pub at: Option<Timestamp>,
    /// What it says, in any order; the last word about a column counts, and empty texts say nothing.
    pub columns: Vec<(Column, String)>,
}

impl Call {
    /// A call for one of Vigie's own event types.
    #[must_use]
    pub fn new(event_type: EventType) -> Self {
        Self::custom(event_type.as_str())
    }

    /// A call for an event of the customer's own.
    #[must_use]
    pub fn custom(event_type: &str) -> Self {
        Self { event_type: event_type.into(), ..Self::default() }
    }

    /// The same call, saying one thing more.
    #[must_use]
    pub fn with(mut self, column: Column, text: impl Into<String>) -> Self {
        self.columns.push((column, text.into()));
        self
    }

    /// The same call with an amount in major units: 50 is 50 EUR.
    #[must_use]
    pub fn amount(self, amount: f64) -> Self {
        self.with(Column::Amount, amount.to_string())
    }
}
