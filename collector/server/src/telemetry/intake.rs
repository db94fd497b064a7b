//! Facts about what came in: every batch has one outcome, every event one fate (accepted, duplicate, refused, lost).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{counter, describe_counter, describe_histogram, histogram};
use vigie_protocol::outcome::{LostReason, ProblemCode, RefusalCode};

use super::Fact;

const BATCHES: &str = "vigie_batches_total";
const BATCH_SECONDS: &str = "vigie_batch_seconds";
const BYTES: &str = "vigie_batch_bytes_total";
const EVENTS: &str = "vigie_events_total";
const CUT: &str = "vigie_texts_cut_total";

pub(super) fn describe() {
    describe_counter!(BATCHES, "Batches by outcome: accepted, or the code of the problem");
    describe_histogram!(BATCH_SECONDS, "Seconds from a batch's headers to its answer");
    describe_counter!(BYTES, "Bytes of batches, packed as they came and unpacked");
    describe_counter!(EVENTS, "Events by fate (accepted, duplicate, refused, lost) and reason");
    describe_counter!(CUT, "Texts that were longer than their limit and were cut");
}

/// Batches answered so far.
static ANSWERED: AtomicU64 = AtomicU64::new(0);
/// The recorder keeps every duration until somebody reads it; where nobody ever does, they are summed up after so many.
const SUMMED_EVERY: u64 = 4_096;

/// A batch was answered.
#[derive(Clone, Copy, Debug)]
pub struct BatchAnswered {
    /// Why it was not taken, if it was not.
    pub refused: Option<ProblemCode>,
    /// Bytes as they came.
    pub packed: usize,
    pub unpacked: usize,
    pub took: Duration,
}

impl Fact for BatchAnswered {
    fn record(self) {
        let outcome = self.refused.map_or("accepted", ProblemCode::as_str);
        counter!(BATCHES, "outcome" => outcome).increment(1);
        counter!(BYTES, "form" => "packed").increment(self.packed as u64);
        counter!(BYTES, "form" => "unpacked").increment(self.unpacked as u64);
        histogram!(BATCH_SECONDS).record(self.took.as_secs_f64());
        if ANSWERED.fetch_add(1, Ordering::Relaxed) % SUMMED_EVERY == SUMMED_EVERY - 1 {
            super::metrics().run_upkeep();
        }
        tracing::debug!(outcome, bytes = self.packed, took_us = self.took.as_micros(), "batch answered");
    }
}

/// The store took what was whole.
#[derive(Clone, Copy, Debug)]
pub struct EventsStored {
    pub accepted: usize,
    pub duplicates: usize,
}

impl Fact for EventsStored {
    fn record(self) {
        counter!(EVENTS, "fate" => "accepted", "reason" => "").increment(self.accepted as u64);
        counter!(EVENTS, "fate" => "duplicate", "reason" => "").increment(self.duplicates as u64);
    }
}

/// An event was not taken. It is kept for inspection.
#[derive(Clone, Copy, Debug)]
pub struct EventRefused<'e> {
    pub field: &'e str,
    pub code: RefusalCode,
}

impl Fact for EventRefused<'_> {
    fn record(self) {
        counter!(EVENTS, "fate" => "refused", "reason" => self.code.as_str()).increment(1);
        tracing::debug!(field = self.field, code = self.code.as_str(), "event refused");
    }
}

/// An SDK reported what it had to give up.
#[derive(Clone, Copy, Debug)]
pub struct EventsLost {
    pub reason: LostReason,
    pub count: u64,
}

impl Fact for EventsLost {
    fn record(self) {
        counter!(EVENTS, "fate" => "lost", "reason" => self.reason.as_str()).increment(self.count);
        tracing::debug!(reason = self.reason.as_str(), count = self.count, "events lost in a browser");
    }
}

/// Texts of a batch were longer than their limit.
#[derive(Clone, Copy, Debug)]
pub struct TextsCut {
    pub count: usize,
}

impl Fact for TextsCut {
    fn record(self) {
        counter!(CUT).increment(self.count as u64);
    }
}
