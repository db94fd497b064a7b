//! The loops' pulse: when each last went round and when it means to go round next, so that a loop that hangs is seen.
//!
//! A loop beats before it sleeps. `/readyz` reads it: a loop that should have woken and has not beaten since is late.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use vigie_domain::time::{Span, Timestamp};

/// How late a loop may be before it is said to hang: more than a store that is busy for a while explains.
const LATE_AFTER: Span = Span::seconds(60);

/// One loop's last round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// When it last went round.
    pub at: Timestamp,
    /// When it means to go round next; none if only a signal wakes it.
    pub next: Option<Timestamp>,
}

impl Beat {
    /// Whether the loop should have woken by now and has not.
    #[must_use]
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.next.is_some_and(|next| now.since(next) > LATE_AFTER)
    }
}

/// Every loop's last round.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<BTreeMap<&'static str, Beat>>);

impl Pulse {
    /// A loop went round at `now` and sleeps until `next`.
    pub fn beat(&self, loop_name: &'static str, now: Timestamp, next: Option<Timestamp>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(loop_name, Beat { at: now, next });
    }

    /// The loops that have beaten so far.
    #[must_use]
    pub fn beats(&self) -> BTreeMap<&'static str, Beat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[test]
fn a_loop_is_late_when_it_has_slept_a_minute_beyond_its_own_word() {
    let pulse = Pulse::default();
    pulse.beat("evaluation", Timestamp(0), Some(Timestamp(5_000)));
    pulse.beat("delivery", Timestamp(0), None);
    let late_at = |now: i64| -> Vec<&str> {
        let beats = pulse.beats();
        beats.into_iter().filter(|(_, beat)| beat.is_late(Timestamp(now))).map(|(name, _)| name).collect()
    };
    assert!(late_at(65_000).is_empty());
    assert_eq!(late_at(65_001), ["evaluation"], "who waits for a signal alone is never late");
}
