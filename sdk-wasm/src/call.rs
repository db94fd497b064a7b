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
    /// What it says, in any order; empty texts say nothing.
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

    /// What it says about one column; the last word counts.
    #[must_use]
    pub fn column(&self, column: Column) -> Option<&str> {
        self.columns.iter().rev().find(|(one, text)| *one == column && !text.is_empty()).map(|(_, text)| text.as_str())
    }

    /// Reads what the face hands over: id, event type and then [`Column::ALL`], joined by NUL, empty where there is nothing.
    ///
    /// One text crosses into WASM at a tenth of the price of thirty. The face takes NUL out of what it joins.
    #[must_use]
    pub fn from_joined(joined: &str, at: Timestamp) -> Self {
        let mut texts = joined.split('\0');
        let mut call = Self { id: texts.next().map(Into::into), at: Some(at), ..Self::default() };
        call.event_type = texts.next().unwrap_or_default().into();
        for (column, text) in Column::ALL.iter().zip(texts) {
            if !text.is_empty() {
                call.columns.push((*column, text.into()));
            }
        }
        call
    }
}

#[test]
fn what_the_face_joins_comes_apart_again() {
    let mut texts = vec!["an-id", "signup_form_start"];
    texts.extend(Column::ALL.iter().map(|column| if *column == Column::FormName { "signup_client" } else { "" }));
    let call = Call::from_joined(&texts.join("\0"), Timestamp(5));
    assert_eq!(call.id.as_deref(), Some("an-id"));
    assert_eq!(call.event_type, "signup_form_start");
    assert_eq!(call.columns, [(Column::FormName, "signup_client".into())]);
}
