//! Wall time: a moment to the millisecond, and the minute in which it lies, since everything is counted by the minute.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since 1970 in UTC. Written as RFC 3339 with milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A span of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

/// Whole minutes since 1970: the grain of every counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(pub i64);

impl Span {
    #[must_use]
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds * 1_000)
    }

    #[must_use]
    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes * 60_000)
    }

    #[must_use]
    pub const fn hours(hours: i64) -> Self {
        Self(hours * 3_600_000)
    }

    #[must_use]
    pub const fn whole_minutes(self) -> i64 {
        self.0 / 60_000
    }
}

impl Timestamp {
    /// The minute in which this moment lies.
    #[must_use]
    pub const fn minute(self) -> Minute {
        Minute(self.0.div_euclid(60_000))
    }

    /// Milliseconds from `earlier` to this moment; negative if it is the later one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Minute {
    /// Its first moment.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 * 60_000)
    }

    /// The first moment that no longer lies in it.
    #[must_use]
    pub const fn end(self) -> Timestamp {
        Timestamp((self.0 + 1) * 60_000)
    }
}

impl std::ops::Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(formatter, "{moment:.3}"),
            Err(_) => write!(formatter, "{} ms", self.0), // beyond the calendar's years −9999 to 9999
        }
    }
}

/// The text is no RFC 3339 time with an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is written as in 2026-11-24T04:30:00.123Z")]
pub struct NotATime;

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        text.parse::<jiff::Timestamp>().map(|moment| Self(moment.as_millisecond())).map_err(|_| NotATime)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[test]
fn a_time_is_written_with_milliseconds_and_read_back() {
    for (text, written) in [
        ("2026-11-24T04:30:00.123Z", "2026-11-24T04:30:00.123Z"),
        ("2026-11-24T05:30:00+01:00", "2026-11-24T04:30:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ] {
        let moment: Timestamp = text.parse().unwrap();
        assert_eq!(moment.to_string(), written);
    }
    assert_eq!(Timestamp(-1).minute(), Minute(-1));
    for text in ["", "yesterday", "2026-11-24", "2026-11-24T04:30:00", "2026-13-01T00:00:00Z"] {
        assert_eq!(text.parse::<Timestamp>(), Err(NotATime), "{text}");
    }
}
