//! Two kinds of time, both handed in: what the wall clock says, and what has gone by. Only the second orders waiting.
//!
//! Surprising: a visitor's wall clock jumps (it is set, it is wrong by a year), so no deadline is ever made of it. RFC 3339 is
//! written by hand: the browser pays for every byte.

use crate::json::write_number;

/// Milliseconds since 1970 by the visitor's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// Milliseconds since some moment before the page; never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(pub u64);

impl Tick {
    /// The tick so many milliseconds later.
    #[must_use]
    pub const fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to here.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The moment at which something is handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    pub wall: Timestamp,
    pub tick: Tick,
}

impl Now {
    /// A moment at which both clocks show the same, as in a test or a scenario.
    #[must_use]
    pub const fn at(milliseconds: i64) -> Self {
        Self { wall: Timestamp(milliseconds), tick: Tick(milliseconds.unsigned_abs()) }
    }
}

/// Writes a time as RFC 3339 in UTC with milliseconds, in quotes: `"2026-11-24T04:30:00.123Z"`.
pub(crate) fn write_rfc3339(out: &mut String, time: Timestamp) {
    let milliseconds = time.0.clamp(0, LAST_WRITABLE_MS).unsigned_abs();
    let (days, in_day) = (milliseconds / DAY_MS, milliseconds % DAY_MS);
    // Howard Hinnant's civil_from_days: years begin in March, so that the leap day is the last one.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let mut part = |before: &str, number: u64, digits: u32| {
        out.push_str(before);
        write_number(out, number, digits);
    };
    part("\"", year, 4);
    part("-", month, 2);
    part("-", day, 2);
    part("T", in_day / 3_600_000, 2);
    part(":", in_day / 60_000 % 60, 2);
    part(":", in_day / 1_000 % 60, 2);
    part(".", in_day % 1_000, 3);
    out.push_str("Z\"");
}

const DAY_MS: u64 = 24 * 3_600_000;
/// The end of the year 9999: RFC 3339 has four digits for a year.
const LAST_WRITABLE_MS: i64 = 253_402_300_799_999;

#[test]
fn times_are_written_as_the_contract_has_them() {
    for (milliseconds, expected) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), // a leap day in a year that 100 divides
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
        (1_795_494_600_123, "2026-11-24T04:30:00.123Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), // no leap year
        (-5, "1970-01-01T00:00:00.000Z"),                // a clock before 1970 is no time
        (i64::MAX, "9999-12-31T23:59:59.999Z"),
    ] {
        let mut out = String::new();
        write_rfc3339(&mut out, Timestamp(milliseconds));
        assert_eq!(out, format!("\"{expected}\""));
    }
}
