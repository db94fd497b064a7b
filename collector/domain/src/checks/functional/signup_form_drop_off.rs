//! `signup.form-drop-off`: people begin the sign-up form and leave without sending it.
//!
//! Of the starts of the last 24 h more than 30 % ended unsent: the person left, or the settling time went by. Who still
//! types counts as won, since leavers settle in seconds and finishers in minutes. 30 % is the seed's "Abandon élevé
//! formulaire", its `>` is strict; the guard of 5 is the catalogue's: below it one visitor weighs over 20 points. The words
//! stand in `texts/`, under the id.

use crate::check::{Category, Check};
use crate::facts::{Cohort, Need};
use crate::text::texts;
use crate::verdict::{Finding, Rate, Severity, Verdict};

pub const CHECK: Check = Check {
    id: "signup.form-drop-off",
    category: Category::SignupFunnel,
    needs: &[Need::SignupStarts { hours: WINDOW_HOURS }],
    texts: texts!("signup.form-drop-off"),
    judge: |facts, thresholds, _now| judge(&facts.signup_starts, &thresholds.signup_form_drop_off),
};

const WINDOW_HOURS: i64 = 24;

/// `[checks."signup.form-drop-off"]` in `vigie.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Percent of starts that may end unsent, 0 to 100; one person more fires.
    pub lost_percent: u32,
    /// Starts under which there is no verdict: nothing opens and nothing resolves.
    pub starts_min: u64,
}

impl Default for Threshold {
    fn default() -> Self {
        Self { lost_percent: 30, starts_min: 5 }
    }
}

fn judge(starts: &Cohort, threshold: &Threshold) -> Verdict {
    if starts.begun < threshold.starts_min {
        return Verdict::NotEnoughData { have: starts.begun, need: threshold.starts_min };
    }
    let lost = Rate { part: starts.lost, whole: starts.begun };
    if lost.exceeds_percent(threshold.lost_percent) {
        return Verdict::Firing(Finding {
            severity: Severity::Critical,
            rate: lost,
            threshold_percent: threshold.lost_percent,
            window_hours: WINDOW_HOURS,
            onset: starts.onset,
        });
    }
    if starts.aged.exceeds_percent(threshold.lost_percent) {
        return Verdict::Undecided; // the young starts only dilute: nothing proves a repair yet
    }
    let proven = [lost, starts.aged, starts.newest]
        .iter()
        .all(|rate| rate.within_nine_tenths_of_percent(threshold.lost_percent));
    if proven && starts.newest.whole >= threshold.starts_min { Verdict::Clean } else { Verdict::Clear }
}

#[test]
fn fires_when_more_than_thirty_percent_of_five_or_more_starts_are_lost() {
    for (begun, lost, aged, expected) in [
        (0, 0, 0, "not_enough_data"),
        (4, 4, 4, "not_enough_data"), // all lost, and still too few to wake anyone
        (5, 1, 5, "clean"),
        (5, 2, 5, "firing"),
        (10, 3, 10, "clear"), // exactly 30 %: no alarm, and no proof of a repair
        (10, 4, 10, "firing"),
        (100, 27, 100, "clean"),
        (100, 28, 100, "clear"),
        (40, 12, 12, "undecided"), // 28 people opened the form just now: they neither accuse nor acquit
        (20, 0, 4, "clear"),       // too few have aged to prove anything
        (1_000_000, 300_001, 1_000_000, "firing"), // people are counted whole, never in floats
    ] {
        let aged = Rate { part: lost, whole: aged };
        let starts = Cohort { begun, lost, aged, newest: aged, ..Cohort::default() };
        assert_eq!(judge(&starts, &Threshold::default()).name(), expected, "{lost} of {begun} lost, {aged:?} aged");
    }
}

#[test]
fn a_day_that_is_good_on_the_whole_is_not_clean_while_its_newest_starts_are_lost() {
    let starts = Cohort {
        begun: 200,
        lost: 20,
        aged: Rate { part: 20, whole: 200 },
        newest: Rate { part: 15, whole: 20 },
        ..Cohort::default()
    };
    assert_eq!(judge(&starts, &Threshold::default()), Verdict::Clear);
}
