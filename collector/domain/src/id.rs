//! UUIDv7: the ids of events, made in the browser, and of our own documents.
//!
//! Version 7 begins with the milliseconds of its making (RFC 9562, 5.7). Ids that follow time keep a store's index warm;
//! random ones cost it 5 to 7 times the work (`peers.md`, 3).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Timestamp;

/// A UUID of version 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub [u8; 16]);

impl Id {
    /// An id made at `now` with chance from outside.
    #[must_use]
    pub fn new(now: Timestamp, chance: [u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(now.0.max(0).cast_unsigned(), &chance).into_uuid().into_bytes())
    }

    /// The id that `text` spells, if it is a UUIDv7.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let uuid = uuid::Uuid::try_parse(text).ok()?;
        let of_version_7 = uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122;
        of_version_7.then(|| Self(uuid.into_bytes()))
    }

    /// When it was made, by its maker's clock.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        let [a, b, c, d, e, f, ..] = self.0;
        Timestamp(i64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(formatter)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a UUIDv7"))
    }
}

#[test]
fn an_id_knows_when_it_was_made_and_only_version_7_is_one() {
    let now = Timestamp(1_795_000_000_123);
    let id = Id::new(now, [7; 10]);
    assert_eq!(id.made_at(), now);
    assert_eq!(Id::parse(&id.to_string()), Some(id));
    for text in ["", "x", "6fa459ea-ee8a-4ca4-894e-db77e160355e", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(Id::parse(text), None, "{text}");
    }
}
