//! One field at a time: its type, its range, its length.

use std::borrow::Cow;

use serde_json::value::RawValue;
use vigie_protocol::event_type::is_custom_name;
use vigie_protocol::field::ErrorSeverity;
use vigie_protocol::limits::{
    MESSAGE_CHARS_MAX, METADATA_BYTES_MAX, METADATA_DEPTH_MAX, NAME_CHARS_MAX, STACK_CHARS_MAX,
};
use vigie_protocol::{EventType, RefusalCode};

use super::raw::{Field, RawEvent, depth};
use super::surrogates;
use crate::event::{CapturedError, Kind};
use crate::id::Id;
use crate::time::Timestamp;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) field: &'static str,
    pub(super) code: RefusalCode,
    pub(super) reason: Cow<'static, str>,
}

impl Refused {
    pub(super) fn new(field: &'static str, code: RefusalCode, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { field, code, reason: reason.into() }
    }

    fn invalid(field: &'static str, expected: &str) -> Self {
        Self::new(field, RefusalCode::Invalid, format!("{field} must be {expected}"))
    }
}

/// How many texts were longer than their limit.
#[derive(Default)]
pub(super) struct Cut {
    pub(super) texts: usize,
}

/// Names that begin so are kept for events that Vigie itself makes one day.
const RESERVED_PREFIX: &str = "vigie_";

/// Reads fields and counts what it had to cut.
pub(super) struct Reader<'c> {
    pub(super) cut: &'c mut Cut,
}

impl Reader<'_> {
    /// A text of at most `chars_max` characters; a longer one is cut. An empty one is none.
    pub(super) fn text<'a>(
        &mut self,
        raw: Option<&'a RawValue>,
        field: &'static str,
        chars_max: usize,
    ) -> Result<Option<Cow<'a, str>>, Refused> {
        let Some(raw) = raw.map(RawValue::get).filter(|raw| *raw != "null") else { return Ok(None) };
        let text = match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
            Some(_) => Cow::Owned(
                serde_json::from_str(&surrogates::mended(raw))
                    .map_err(|_| Refused::invalid(field, "a text of Unicode"))?,
            ),
            None => return Err(Refused::invalid(field, "a text")),
        };
        Ok((!text.is_empty()).then(|| self.cut(text, chars_max)))
    }

    fn cut<'a>(&mut self, text: Cow<'a, str>, chars_max: usize) -> Cow<'a, str> {
        if text.len() <= chars_max {
            return text; // no more characters than bytes
        }
        let Some((end, _)) = text.char_indices().nth(chars_max) else { return text };
        self.cut.texts += 1;
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
            Cow::Owned(mut text) => {
                text.truncate(end);
                Cow::Owned(text)
            }
        }
    }

    /// The beginning of what somebody sent, for an answer.
    pub(super) fn shortened(&mut self, text: &str) -> Box<str> {
        text.chars().take(NAME_CHARS_MAX).collect::<String>().into()
    }

    /// An id or a name.
    pub(super) fn name<'a>(
        &mut self,
        raw: Option<&'a RawValue>,
        field: &'static str,
    ) -> Result<Option<Cow<'a, str>>, Refused> {
        self.text(raw, field, NAME_CHARS_MAX)
    }

    /// A message for people.
    pub(super) fn message<'a>(
        &mut self,
        raw: Option<&'a RawValue>,
        field: &'static str,
    ) -> Result<Option<Cow<'a, str>>, Refused> {
        self.text(raw, field, MESSAGE_CHARS_MAX)
    }

    pub(super) fn time(&mut self, raw: Option<&RawValue>, field: &'static str) -> Result<Option<Timestamp>, Refused> {
        let Some(text) = self.text(raw, field, NAME_CHARS_MAX)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Refused::invalid(field, "a time as in 2026-11-24T04:30:00.123Z"))
    }

    /// One of a closed list.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        raw: Option<&RawValue>,
        field: &'static str,
        all: &[T],
        spelled: fn(T) -> &'static str,
    ) -> Result<Option<T>, Refused> {
        let Some(name) = self.name(raw, field)? else { return Ok(None) };
        let known = all.iter().copied().find(|value| spelled(*value) == name);
        known.map(Some).ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|value| spelled(*value)).collect();
            Refused::invalid(field, &format!("one of {}", names.join(", ")))
        })
    }

    pub(super) fn kind(&mut self, raw: Option<&RawValue>) -> Result<Kind, Refused> {
        let field = "eventType";
        let Some(name) = self.name(raw, field)? else {
            return Err(Refused::new(field, RefusalCode::Missing, "eventType is required"));
        };
        if let Some(known) = EventType::from_name(&name) {
            return Ok(Kind::Known(known));
        }
        if name.starts_with(RESERVED_PREFIX) {
            return Err(Refused::new(field, RefusalCode::Reserved, "names that begin with vigie_ are Vigie's own"));
        }
        if !is_custom_name(&name) {
            let reason = "eventType is a lower-case word: a letter, then up to 63 letters, digits or underscores";
            return Err(Refused::new(field, RefusalCode::Invalid, reason));
        }
        Ok(Kind::Custom(name.into()))
    }

    /// An amount in major units.
    pub(super) fn amount(&mut self, raw: Option<&RawValue>) -> Result<Option<f64>, Refused> {
        let Some(raw) = raw else { return Ok(None) };
        let out_of_range = || {
            Refused::new("amount", RefusalCode::OutOfRange, "amount is a number in major units, 0 or more, as in 49.90")
        };
        match serde_json::from_str::<f64>(raw.get()) {
            Ok(amount) if amount.is_finite() && amount >= 0.0 => Ok(Some(amount)),
            Ok(_) => Err(out_of_range()),
            Err(_) if raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                Err(out_of_range())
            }
            Err(_) => Err(Refused::invalid("amount", "a number")),
        }
    }

    /// The metadata with the fields that we do not know beside it; a name that is there already wins.
    pub(super) fn metadata(&mut self, raw: &RawEvent<'_>) -> Result<Option<Box<str>>, Refused> {
        let own = raw.get(Field::Metadata);
        if own.is_some_and(|own| !own.get().starts_with('{')) {
            return Err(Refused::invalid("metadata", "an object"));
        }
        let is_too_large = |text: &str| text.len() > METADATA_BYTES_MAX || depth(text) > METADATA_DEPTH_MAX;
        let too_large = || {
            let reason = format!("metadata is at most {METADATA_BYTES_MAX} bytes and {METADATA_DEPTH_MAX} levels deep");
            Refused::new("metadata", RefusalCode::TooLarge, reason)
        };
        if own.is_some_and(|own| is_too_large(own.get())) {
            return Err(too_large());
        }
        let mut unknown = raw.unknown().peekable();
        if unknown.peek().is_none() {
            return own.map(readable).transpose();
        }
        let mut merged: serde_json::Map<String, serde_json::Value> = serde_json::Map::new();
        for (name, value) in unknown {
            if is_too_large(value.get()) {
                return Err(too_large());
            }
            merged.insert(name.to_owned(), parse_value(value)?);
        }
        if let Some(own) = own {
            let own: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&readable(own)?).map_err(|_| unreadable())?;
            merged.extend(own);
        }
        let text = serde_json::Value::Object(merged).to_string();
        if is_too_large(&text) { Err(too_large()) } else { Ok(Some(text.into())) }
    }

    /// An event of type `error`.
    pub(super) fn captured_error(
        &mut self,
        raw: &RawEvent<'_>,
        id: Id,
        timestamp: Timestamp,
        context: usize,
        user_agent: Option<&str>,
    ) -> Result<CapturedError, Refused> {
        let handled = match raw.get(Field::Handled).map(RawValue::get) {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => return Err(Refused::invalid("handled", "true or false")),
        };
        let severity = self.one_of(raw.get(Field::Severity), "severity", ErrorSeverity::ALL, ErrorSeverity::as_str)?;
        Ok(CapturedError {
            id,
            timestamp,
            context,
            severity: severity.unwrap_or(ErrorSeverity::Medium),
            place: self.name(raw.get(Field::Context), "context")?.map(Box::from),
            message: self.message(raw.get(Field::Message), "message")?.map(Box::from),
            stack: self.text(raw.get(Field::Stack), "stack", STACK_CHARS_MAX)?.map(Box::from),
            error_type: self.name(raw.get(Field::ErrorType), "errorType")?.map(Box::from),
            handled,
            component: self.name(raw.get(Field::Component), "component")?.map(Box::from),
            user_agent: user_agent.map(|text| self.cut(Cow::Borrowed(text), USER_AGENT_CHARS_MAX).into()),
        })
    }
}

/// Characters of a user agent that are kept with an error.
const USER_AGENT_CHARS_MAX: usize = 512;

/// JSON that whoever reads the store can read: what was skipped unread may hold half of a character, or a number beyond
/// all numbers.
fn readable(raw: &RawValue) -> Result<Box<str>, Refused> {
    let text = raw.get();
    let has_exponent =
        || text.bytes().zip(text.bytes().skip(1)).any(|(one, next)| one.is_ascii_digit() && next | 32 == b'e');
    if !text.contains("\\u") && !has_exponent() {
        return Ok(text.into());
    }
    let mended = surrogates::mended(text);
    serde_json::from_str::<serde_json::Value>(&mended).map_err(|_| unreadable())?;
    Ok(mended.into())
}

fn parse_value(raw: &RawValue) -> Result<serde_json::Value, Refused> {
    serde_json::from_str(&surrogates::mended(raw.get())).map_err(|_| unreadable())
}

fn unreadable() -> Refused {
    Refused::invalid("metadata", "JSON of numbers and texts that can be kept")
}

/// Letters, digits and `_ . : -`.
pub(super) fn is_session_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-'))
}
