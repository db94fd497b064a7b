//! The shape of a batch, read without copying: which fields there are and where their text stands.
//!
//! Nothing is judged here, so a field of the wrong type costs only its own event, and nothing is read twice.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::event::KEPT_BYTES;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawBatch<'a> {
    #[serde(borrow)]
    pub(super) sent_at: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) session_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) correlation_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) page: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) url: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) referrer: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) user_role: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) release: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) environment: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) language: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) traffic: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) consent: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) lost: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) events: Option<Vec<RawEvent<'a>>>,
}

/// The fields of one event: those we know in a place of their own, so that asking for one is no search.
pub(super) struct RawEvent<'a> {
    pub(super) is_object: bool,
    known: [Option<&'a RawValue>; Field::COUNT],
    /// In the order they came.
    unknown: Vec<(Cow<'a, str>, &'a RawValue)>,
}

/// Declares the fields of an event: name on the wire, place in [`RawEvent`].
macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        /// A field that an event may have.
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[allow(clippy::enum_variant_names, reason = "`FieldName` is the contract's word: the field of a form")]
        pub(super) enum Field { $($field,)* }

        impl Field {
            const ALL: &[Self] = &[$(Self::$field,)*];
            const COUNT: usize = Self::ALL.len();

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$field => $name,)* }
            }

            fn of(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$field),)* _ => None }
            }
        }
    };
}

fields! {
    Id = "id",
    EventType = "eventType",
    Timestamp = "timestamp",
    SessionId = "sessionId",
    CorrelationId = "correlationId",
    UserId = "userId",
    UserRole = "userRole",
    Page = "page",
    Url = "url",
    Referrer = "referrer",
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
    Metadata = "metadata",
    Release = "release",
    Environment = "environment",
    Language = "language",
    Traffic = "traffic",
    Consent = "consent",
    Severity = "severity",
    Context = "context",
    Message = "message",
    Stack = "stack",
    ErrorType = "errorType",
    Handled = "handled",
    Component = "component",
}

impl Field {
    /// Whether only a captured error has it; anywhere else it is a field that we do not know.
    const fn is_of_errors_alone(self) -> bool {
        use Field as F;
        matches!(self, F::Severity | F::Context | F::Message | F::Stack | F::ErrorType | F::Handled | F::Component)
    }
}

impl<'a> RawEvent<'a> {
    /// A field that has a value; `null` is none.
    pub(super) fn get(&self, field: Field) -> Option<&'a RawValue> {
        self.known[field as usize].filter(|value| value.get() != "null")
    }

    /// The fields that an event which is no captured error has no place for.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        let of_errors = Field::ALL.iter().filter(|field| field.is_of_errors_alone());
        let of_errors = of_errors.filter_map(|field| Some((field.name(), self.get(*field)?)));
        self.unknown.iter().map(|(name, value)| (&**name, *value)).chain(of_errors)
    }

    /// The id as it was sent, if it is a text.
    pub(super) fn id(&self) -> Option<String> {
        serde_json::from_str(self.get(Field::Id)?.get()).ok()
    }

    /// The event as text again, for whoever looks into what was refused.
    pub(super) fn kept(&self) -> Box<str> {
        if !self.is_object {
            return "not an object".into();
        }
        let known = Field::ALL.iter().filter_map(|field| Some((field.name(), self.known[*field as usize]?)));
        let mut text = String::from("{");
        for (name, value) in known.chain(self.unknown.iter().map(|(name, value)| (&**name, *value))) {
            if text.len() > KEPT_BYTES {
                break;
            }
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&serde_json::Value::from(name).to_string());
            text.push(':');
            text.push_str(value.get());
        }
        text.push('}');
        text.truncate(text.floor_char_boundary(KEPT_BYTES));
        text.into()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawEvent<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EventVisitor)
    }
}

struct EventVisitor;

const NOT_AN_OBJECT: RawEvent<'static> =
    RawEvent { is_object: false, known: [None; Field::COUNT], unknown: Vec::new() };

impl<'de> Visitor<'de> for EventVisitor {
    type Value = RawEvent<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut event = RawEvent { is_object: true, known: [None; Field::COUNT], unknown: Vec::new() };
        while let Some(name) = map.next_key_seed(Name)? {
            match Field::of(&name) {
                Some(field) => event.known[field as usize] = Some(map.next_value()?),
                None => event.unknown.push((name, map.next_value()?)),
            }
        }
        Ok(event)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(NOT_AN_OBJECT)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(NOT_AN_OBJECT)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(NOT_AN_OBJECT)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(NOT_AN_OBJECT)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(NOT_AN_OBJECT)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(NOT_AN_OBJECT)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(NOT_AN_OBJECT)
    }
}

/// A field's name, borrowed unless it has escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field's name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// How deep objects and lists are nested in a JSON text; of what is not JSON, something harmless.
pub(super) fn depth(text: &str) -> usize {
    let (mut deepest, mut depth) = (0_usize, 0_usize);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                while let Some(inside) = bytes.next() {
                    match inside {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[test]
fn depth_counts_brackets_outside_of_strings() {
    for (text, expected) in [("1", 0), ("{}", 1), (r#"{"a":[{"b":"[[[["}]}"#, 3), (r#""\"[""#, 0), ("[[[", 3)] {
        assert_eq!(depth(text), expected, "{text}");
    }
}
