//! How long to wait before trying again.
//!
//! The wait doubles from half a second, and is never longer than 2 s or an eighth of the outage, whichever is more: who is
//! gone for 10 s is found again within 2, and who is gone for an hour is asked once a minute.

use crate::chance::Chance;

/// The first wait, in ms.
const FIRST_MS: u64 = 500;
/// The longest wait in an outage that just began, in ms (`peers.md`, 2: delivered within 2 s of the recovery).
const SHORT_OUTAGE_MS: u64 = 2_000;
/// The longest wait of all, in ms.
const LONGEST_MS: u64 = 60_000;
/// The longest wait that a collector may ask for with `Retry-After`, in ms: a typing error there must not silence a page.
const ASKED_MAX_MS: u64 = 3_600_000;

/// The wait after so many failures in a row, in ms. Half of it is chance, so that a thousand pages do not come back at once.
pub(crate) fn wait(failures: u32, outage_ms: u64, asked_ms: Option<u64>, chance: &mut Chance) -> u64 {
    let longest = (outage_ms / 8).clamp(SHORT_OUTAGE_MS, LONGEST_MS);
    let doubled = (FIRST_MS << failures.saturating_sub(1).min(8)).min(longest);
    let ours = doubled / 2 + chance.up_to(doubled / 2);
    match asked_ms {
        Some(asked) => ours.max(asked.min(ASKED_MAX_MS) + chance.up_to(FIRST_MS)),
        None => ours,
    }
}

#[test]
fn waits_double_are_spread_and_end_at_an_eighth_of_the_outage() {
    let mut chance = Chance::new(7);
    for (failures, outage_ms, asked_ms, expected) in [
        (1, 0, None, 250..=500),
        (2, 600, None, 500..=1_000),
        (3, 1_500, None, 1_000..=2_000),
        (20, 10_000, None, 1_000..=2_000),
        (40, 80_000, None, 5_000..=10_000),
        (400, 7 * 24 * 3_600_000, None, 30_000..=60_000),
        (1, 0, Some(7_000), 7_000..=7_500),
        (9, 100_000_000, Some(1), 30_000..=60_000), // asked for less than our own wait
        (1, 0, Some(u64::MAX), 3_600_000..=3_600_500),
    ] {
        for _ in 0..200 {
            let wait = wait(failures, outage_ms, asked_ms, &mut chance);
            assert!(expected.contains(&wait), "{failures} failures, {outage_ms} ms: {wait} is not in {expected:?}");
        }
    }
}
