//! What a check says: nothing, that it cannot tell, that all is well, or what is wrong, with its numbers.

use serde::{Deserialize, Serialize};

/// The judgement of one check at one moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Something is wrong.
    Firing(Finding),
    /// Neither wrong nor proven right: opens nothing, closes nothing, and the clean looks begin anew.
    Undecided,
    /// Under the threshold, though not by enough to prove a repair.
    Clear,
    /// So far on the good side that two such looks an hour apart prove a repair.
    Clean,
    /// Under the guard: nothing opens and nothing resolves.
    NotEnoughData { have: u64, need: u64 },
}

impl Verdict {
    /// The name in the API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Firing(_) => "firing",
            Self::Undecided => "undecided",
            Self::Clear => "clear",
            Self::Clean => "clean",
            Self::NotEnoughData { .. } => "not_enough_data",
        }
    }
}

/// How bad an alert is (`contract.md`, section 2). Ordered: the later is the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Critical,
    Emergency,
}

impl Severity {
    /// The spelling in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Emergency => "emergency",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub severity: Severity,
    /// The share that crossed the threshold.
    pub rate: Rate,
    /// The threshold, in percent.
    pub threshold_percent: u32,
    /// The span that was looked at, in hours.
    pub window_hours: i64,
    /// The oldest minute whose starts were lost.
    pub onset: Option<crate::time::Minute>,
}

impl Finding {
    /// Every number that was compared, for `metadata`. Percents to one decimal.
    #[must_use]
    pub fn metadata(&self) -> serde_json::Map<String, serde_json::Value> {
        let tenth = |percent: f64| (percent * 10.0).round() / 10.0;
        let (low, high) = self.rate.wilson_95();
        let numbers = serde_json::json!({
            "lost": self.rate.part,
            "starts": self.rate.whole,
            "lostPercent": tenth(self.rate.percent()),
            "intervalLowPercent": tenth(low),
            "intervalHighPercent": tenth(high),
            "thresholdPercent": self.threshold_percent,
            "windowHours": self.window_hours,
        });
        match numbers {
            serde_json::Value::Object(numbers) => numbers,
            _ => serde_json::Map::new(),
        }
    }
}

/// `part` of `whole`. People are counted whole, never in floats; floats come in where a person reads them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub part: u64,
    pub whole: u64,
}

impl Rate {
    /// Whether more than `percent` of the whole is the part; none of nothing exceeds nothing.
    #[must_use]
    pub const fn exceeds_percent(self, percent: u32) -> bool {
        self.part as u128 * 100 > self.whole as u128 * percent as u128
    }

    /// Whether at most nine tenths of `percent` is the part: the margin that proves a repair (30 → 27 %).
    #[must_use]
    pub const fn within_nine_tenths_of_percent(self, percent: u32) -> bool {
        self.part as u128 * 1_000 <= self.whole as u128 * percent as u128 * 9
    }

    /// In percent, 0 to 100; 0 of 0 is 0.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "for reading: exact below 2^53 people")]
    pub fn percent(self) -> f64 {
        if self.whole == 0 { 0.0 } else { self.part as f64 * 100.0 / self.whole as f64 }
    }

    /// The 95 % Wilson score interval in percent (Wilson 1927): where the true share lies, given this sample.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "for reading: exact below 2^53 people")]
    pub fn wilson_95(self) -> (f64, f64) {
        const Z: f64 = 1.959_963_984_540_054; // the normal distribution's 97.5 % point
        if self.whole == 0 {
            return (0.0, 100.0);
        }
        let (n, p) = (self.whole as f64, self.part as f64 / self.whole as f64);
        let (z2, spread) = (Z * Z, Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt());
        let bound = |sign: f64| ((p + z2 / (2.0 * n) + sign * spread) / (1.0 + z2 / n) * 100.0).clamp(0.0, 100.0);
        (bound(-1.0), bound(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wilson_interval_is_the_published_one() {
        // 2 of 5 is checks.md's example; the others from R's prop.test(correct = FALSE) and binom's wilson.
        for (part, whole, low, high) in [(2, 5, 11.76, 76.93), (0, 10, 0.0, 27.75), (10, 10, 72.25, 100.0)] {
            let (below, above) = Rate { part, whole }.wilson_95();
            assert!((below - low).abs() < 0.01 && (above - high).abs() < 0.01, "{part} of {whole}: {below} {above}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_rate_lies_outside_of_0_to_100(part in 0..=u64::MAX, more in 0..=u64::MAX) {
            let rate = Rate { part, whole: part.saturating_add(more) };
            let (low, high) = rate.wilson_95();
            proptest::prop_assert!((0.0..=100.0).contains(&rate.percent()));
            proptest::prop_assert!(0.0 <= low && low <= high && high <= 100.0);
            proptest::prop_assert!(!rate.exceeds_percent(100));
        }
    }
}
