//! A call that was looked at and written down: from here on its id, session, time and text never change.
//!
//! Surprising: its JSON is kept without the closing brace, and without what it shares with its neighbours. Which of that
//! the batch says for all is known only when the batch is made.

use std::sync::Arc;

use vigie_protocol::event_type::is_custom_name;
use vigie_protocol::field::ErrorSeverity;
use vigie_protocol::{Column, Consent, EventType, LostReason, Role};

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
    if !is_session(context.text(Column::SessionId)) {
        return invalid("sessionId");
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
    if !is_known(Column::Handled, said.text(Column::Handled)) {
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

/// The columns that say a word outside of their closed list: they are left out, and the event is not.
#[cfg_attr(not(any(test, target_arch = "wasm32")), allow(dead_code, reason = "only a page has a console"))]
pub(crate) fn unknown_words<'a>(said: &'a Said<'_>) -> impl Iterator<Item = Column> + 'a {
    Column::ALL.iter().copied().filter(|column| !is_known(*column, said.text(*column)))
}

/// The text as it may leave the browser: an address bare, a word from its list, anything cut at its limit.
pub(crate) fn clean(column: Column, text: &str) -> &str {
    if !is_known(column, text) {
        // An error whose grade nobody knows is still an error (`contract.md`, 1: "else medium").
        return if column == Column::Severity { ErrorSeverity::Medium.as_str() } else { "" };
    }
    let text = if column.is_address() { bare(text) } else { text };
    // A character begins at every byte that continues none.
    let mut beginnings = text.bytes().enumerate().filter(|(_, byte)| byte & 0xc0 != 0x80);
    match beginnings.nth(column.limit()) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

/// Whether the word stands in the closed list of its column, if that has one. Nothing said is nothing wrong.
fn is_known(column: Column, text: &str) -> bool {
    let list = match column {
        Column::UserRole => Role::NAMES,
        Column::Consent => Consent::NAMES,
        Column::Severity => ErrorSeverity::NAMES,
        Column::Handled => &["true", "false"],
        _ => return true,
    };
    text.is_empty() || list.contains(&text)
}

/// Whether the collector takes this session (`contract.md`, 3): it stands on the batch, so a wrong one would cost all.
fn is_session(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-');
    !text.is_empty() && text.bytes().all(good)
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
    fn a_word_outside_of_its_list_is_left_out() {
        for (column, text, expected) in [
            (Column::UserRole, "provider", "provider"),
            (Column::UserRole, "lawyer", ""),
            (Column::Consent, "granted", "granted"),
            (Column::Consent, "yes", ""),
            (Column::Severity, "high", "high"),
            (Column::Severity, "fatal", "medium"),
            (Column::Method, "klarna", "klarna"),
        ] {
            assert_eq!(clean(column, text), expected, "{column} {text}");
            let call = Call::custom("a").with(column, text);
            let left_out = unknown_words(&Said::of(&call, Timestamp(0))).next();
            assert_eq!(left_out.is_some(), text != expected, "{column} {text}");
        }
    }

    #[test]
    fn an_event_without_a_good_session_would_spoil_its_batch() {
        for (session, good) in [("s-1_a.b:2", true), ("", false), ("séance", false), ("a b", false)] {
            let found = check(&Said::of(&Call::custom("a"), Timestamp(0)), &Context::of_session(session));
            assert_eq!(found.err().map(|refused| refused.field), (!good).then_some("sessionId"), "{session}");
        }
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
