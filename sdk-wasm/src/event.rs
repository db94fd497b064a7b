//! A call that was looked at and written down: from here on its id, session, time and text never change.
//!
//! Surprising: its JSON is kept without the closing brace, and without what it shares with its neighbours. Which of that
//! the batch says for all is known only when the batch is made.

use std::sync::Arc;

use vigie_protocol::event_type::is_custom_name;
use vigie_protocol::{Column, EventType, LostReason};

use crate::context::Context;
use crate::json::{is_number, write_member, write_name, write_text};
use crate::privacy::bare;
use crate::said::Said;
use crate::time::{Tick, write_rfc3339};

/// An event that waits for its delivery.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// `{"id":…,"eventType":…,"timestamp":…` and its own columns.
    pub(crate) json: String,
    pub(crate) context: Arc<Context>,
    /// When it began to wait.
    pub(crate) since: Tick,
}

impl Event {
    /// Bytes that it takes in a batch, at most.
    pub(crate) fn bytes(&self) -> usize {
        self.json.len() + self.context.bytes()
    }
}

/// A call that makes no event. It is counted and reported as lost for its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTracked {
    /// What was wrong.
    pub field: &'static str,
    pub reason: LostReason,
}

/// Says whether the call makes a good event.
pub(crate) fn check(said: &Said<'_>, context: &Context) -> Result<(), NotTracked> {
    let invalid = |field| Err(NotTracked { field, reason: LostReason::Invalid });
    if context.text(Column::Consent) == "denied" {
        return Err(NotTracked { field: "consent", reason: LostReason::NoConsent });
    }
    // `error` is reserved: only `captureError` makes one, and it grades it.
    if !is_custom_name(said.event_type) || said.is(EventType::Error) && said.text(Column::Severity).is_empty() {
        return invalid("eventType");
    }
    // These two are written as they are: what is no JSON would cost the neighbours in the batch too.
    let amount = said.text(Column::Amount);
    if !amount.is_empty() && !is_number(amount) {
        return invalid("amount");
    }
    if !matches!(said.text(Column::Handled), "" | "true" | "false") {
        return invalid("handled");
    }
    if said.text(Column::Metadata).len() > Column::Metadata.limit() {
        return Err(NotTracked { field: "metadata", reason: LostReason::TooLarge });
    }
    Ok(())
}

/// Writes the event's own part of its JSON.
pub(crate) fn write(said: &Said<'_>, id: &str) -> String {
    let mut json = String::from("{");
    write_member(&mut json, "id", id);
    write_member(&mut json, "eventType", said.event_type);
    write_name(&mut json, "timestamp");
    write_rfc3339(&mut json, said.at);
    for &column in &Column::ALL[Column::SHARED..] {
        let text = said.text(column);
        if text.is_empty() {
            continue;
        }
        write_name(&mut json, column.as_str());
        if column.is_json() {
            json.push_str(text);
        } else {
            write_text(&mut json, clean(column, text));
        }
    }
    json
}

/// The text as it may leave the browser: an address bare, anything cut at its limit.
pub(crate) fn clean(column: Column, text: &str) -> &str {
    let text = if column.is_address() { bare(text) } else { text };
    // A character begins at every byte that continues none.
    let mut beginnings = text.bytes().enumerate().filter(|(_, byte)| byte & 0xc0 != 0x80);
    match beginnings.nth(column.limit()) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Call;
    use crate::time::Timestamp;

    #[test]
    fn an_event_says_what_its_call_said() {
        let call = Call::new(EventType::PaymentAttempt)
            .with(Column::PaymentId, "pi_1")
            .amount(50.5)
            .with(Column::Metadata, r#"{"step":2}"#)
            .with(Column::Referrer, "https://a.example/?q=secret");
        assert_eq!(
            write(&Said::of(&call, Timestamp(0)), "an-id"),
            concat!(
                r#"{"id":"an-id","eventType":"payment_attempt","timestamp":"1970-01-01T00:00:00.000Z","paymentId":"pi_1","#,
                r#""amount":50.5,"referrer":"https://a.example/","metadata":{"step":2}"#
            )
        );
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let long = "é".repeat(200);
        assert_eq!(clean(Column::FormName, &long).chars().count(), 128);
        assert_eq!(clean(Column::Message, &long), long);
    }

    #[test]
    fn what_makes_no_event_is_told_with_its_field() {
        let denied = Context::of_session("s").with(Column::Consent, "denied");
        let known = Context::of_session("s");
        for (call, context, expected) in [
            (Call::custom("quiz_done"), &known, None),
            (Call::custom("quiz_done"), &denied, Some(("consent", LostReason::NoConsent))),
            (Call::custom("'; DROP TABLE"), &known, Some(("eventType", LostReason::Invalid))),
            (Call::custom("error"), &known, Some(("eventType", LostReason::Invalid))),
            (Call::custom("error").with(Column::Severity, "low"), &known, None),
            (Call::custom("a").amount(0.0), &known, None),
            (Call::custom("a").amount(-1.0), &known, Some(("amount", LostReason::Invalid))),
            (Call::custom("a").amount(f64::NAN), &known, Some(("amount", LostReason::Invalid))),
            (Call::custom("a").amount(f64::INFINITY), &known, Some(("amount", LostReason::Invalid))),
            (Call::custom("a").with(Column::Amount, "49,90"), &known, Some(("amount", LostReason::Invalid))),
            (Call::custom("a").with(Column::Amount, "50 EUR"), &known, Some(("amount", LostReason::Invalid))),
            (Call::custom("a").with(Column::Handled, "yes"), &known, Some(("handled", LostReason::Invalid))),
            (Call::custom("a").with(Column::Handled, "true"), &known, None),
            (
                Call::custom("a").with(Column::Metadata, "x".repeat(8_193)),
                &known,
                Some(("metadata", LostReason::TooLarge)),
            ),
        ] {
            let found =
                check(&Said::of(&call, Timestamp(0)), context).err().map(|refused| (refused.field, refused.reason));
            assert_eq!(found, expected, "{call:?}");
        }
    }
}
