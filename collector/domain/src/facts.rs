//! Facts: what the stored counts say about a check at `now`, and when they could say something else without any new event.
//!
//! Facts are folded from counters alone, so that a new check needs nothing new of a store.

use std::collections::BTreeMap;

use crate::counts::{Counter, CounterKey};
use crate::session::{ABANDONED, WON};
use crate::time::{Minute, Span, Timestamp};
use crate::verdict::Rate;

/// What a check wants to know. From it follows which counters are read and which events concern the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The cohort of sign-up forms begun in the last `hours`, of both roles.
    SignupStarts { hours: i64 },
}

/// The starts of a window with what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cohort {
    /// Starts of the window, the bad ones before the cut left out.
    pub begun: u64,
    /// Starts that ended unsent: the person left, or the settling time went by. Who still types is not among them.
    pub lost: u64,
    /// Of the starts older than their settling time alone: how many were lost.
    pub aged: Rate,
    /// Of the newest 20 aged starts, or of all there are.
    pub newest: Rate,
    /// The oldest minute with a lost start.
    pub onset: Option<Minute>,
    /// When this could next read differently by the passing of time alone; later than now.
    pub changes_at: Option<Timestamp>,
}

/// Aged starts that have to be good before a repair is believed (`checks.md`, Lifecycle).
pub const NEWEST_STARTS: u64 = 20;

/// Facts for one check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub signup_starts: Cohort,
}

impl Facts {
    /// When they could next read differently by the passing of time alone; later than now.
    #[must_use]
    pub fn changes_at(&self) -> Option<Timestamp> {
        self.signup_starts.changes_at
    }
}

impl Need {
    /// The span this need looks back over, in hours.
    #[must_use]
    pub const fn hours(self) -> i64 {
        let Self::SignupStarts { hours } = self;
        hours
    }

    /// The counters to read.
    #[must_use]
    pub fn counters(self) -> Vec<CounterKey> {
        let Self::SignupStarts { .. } = self;
        SIGNUP_FORMS.iter().flat_map(|form| form.measures().map(|measure| form.counter(measure))).collect()
    }

    /// Whether a counter that moves can change what this need reads.
    #[must_use]
    pub fn is_moved_by(self, key: &CounterKey) -> bool {
        let Self::SignupStarts { .. } = self;
        SIGNUP_FORMS.iter().any(|form| form.measure(key).is_some())
    }

    /// The minutes to read: a window is whole minutes, ending with the one that runs.
    #[must_use]
    pub const fn window(self, now: Timestamp) -> (Minute, Minute) {
        let last = now.minute();
        (Minute(last.0 - self.hours() * 60 + 1), last)
    }

    /// Folds the counters of [`Self::window`] into `facts`. Bad evidence before `cut` is left out, good never.
    pub fn fold(self, counters: &[Counter], cut: Option<Timestamp>, now: Timestamp, facts: &mut Facts) {
        let Self::SignupStarts { .. } = self;
        facts.signup_starts = cohort(&SIGNUP_FORMS, counters, self, cut, now);
    }
}

/// A form whose starts make a cohort, and how long a start may stay open.
struct CohortForm {
    funnel: &'static str,
    start: &'static str,
    settling: Span,
}

/// `checks.md`, Counting: 10 min for a form, 30 for the provider's long one.
const SIGNUP_FORMS: [CohortForm; 2] = [
    CohortForm { funnel: "signup_client", start: "signup_form_start", settling: Span::minutes(10) },
    CohortForm { funnel: "signup_provider", start: "signup_form_start", settling: Span::minutes(30) },
];

impl CohortForm {
    const fn measures(&self) -> [&'static str; 3] {
        [self.start, WON, ABANDONED]
    }

    fn counter(&self, measure: &str) -> CounterKey {
        CounterKey::new(self.funnel, measure)
    }

    /// The measure that a counter of this form counts.
    fn measure(&self, key: &CounterKey) -> Option<&'static str> {
        let measure = key.0.strip_prefix(self.funnel)?.strip_prefix('.')?;
        self.measures().into_iter().find(|known| *known == measure)
    }

    /// The moment at which every start of `minute` is older than the settling time.
    fn aged_at(&self, minute: Minute) -> Timestamp {
        minute.end() + self.settling
    }
}

#[derive(Default)]
struct Starts {
    begun: u64,
    won: u64,
    abandoned: u64,
}

fn cohort(forms: &[CohortForm], counters: &[Counter], need: Need, cut: Option<Timestamp>, now: Timestamp) -> Cohort {
    let mut minutes: BTreeMap<(Minute, usize), Starts> = BTreeMap::new();
    let (first, last) = need.window(now);
    for counter in counters.iter().filter(|counter| (first..=last).contains(&counter.minute)) {
        for (index, form) in forms.iter().enumerate() {
            let Some(measure) = form.measure(&counter.key) else { continue };
            let starts = minutes.entry((counter.minute, index)).or_default();
            match measure {
                WON => starts.won += counter.count,
                ABANDONED => starts.abandoned += counter.count,
                _ => starts.begun += counter.count,
            }
        }
    }
    let mut cohort = Cohort::default();
    // Newest first, for the newest aged starts.
    for ((minute, index), starts) in minutes.iter().rev() {
        let Some(form) = forms.get(*index) else { continue };
        let aged_at = form.aged_at(*minute);
        let is_aged = aged_at <= now;
        let open = starts.begun.saturating_sub(starts.won + starts.abandoned);
        let is_cut = cut.is_some_and(|cut| minute.start() < cut);
        let lost = match (is_cut, is_aged) {
            (true, _) => 0,
            (false, true) => starts.abandoned + open,
            (false, false) => starts.abandoned,
        };
        // What is cut leaves the whole as well: as if those who were lost had never begun.
        let begun = match (is_cut, is_aged) {
            (true, true) => starts.won,
            (true, false) => starts.won + open,
            (false, _) => starts.begun,
        };
        cohort.begun += begun;
        cohort.lost += lost;
        if is_aged {
            cohort.aged.part += lost;
            cohort.aged.whole += begun;
            if cohort.newest.whole < NEWEST_STARTS {
                cohort.newest.part += lost;
                cohort.newest.whole += begun;
            }
        } else if starts.begun > 0 {
            earliest(&mut cohort.changes_at, aged_at);
        }
        if lost > 0 {
            cohort.onset = Some(*minute);
        }
        earliest(&mut cohort.changes_at, minute.start() + Span::hours(need.hours()));
    }
    cohort
}

fn earliest(moment: &mut Option<Timestamp>, other: Timestamp) {
    *moment = Some(moment.map_or(other, |moment| moment.min(other)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEED: Need = Need::SignupStarts { hours: 24 };
    /// Noon of a day, in minutes.
    const NOON: i64 = 29_000_160;

    fn starts(minute: i64, begun: u64, won: u64, abandoned: u64) -> Vec<Counter> {
        [("signup_form_start", begun), (WON, won), (ABANDONED, abandoned)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(measure, count)| Counter {
                minute: Minute(NOON + minute),
                key: CounterKey::new("signup_client", measure),
                count,
            })
            .collect()
    }

    fn at(minute: i64, counters: &[Vec<Counter>], cut: Option<i64>) -> Cohort {
        let now = Minute(NOON + minute).start();
        let cut = cut.map(|minute| Minute(NOON + minute).start());
        let mut facts = Facts::default();
        NEED.fold(&counters.concat(), cut, now, &mut facts);
        facts.signup_starts
    }

    #[test]
    fn who_still_types_counts_as_won_until_the_settling_time_is_over() {
        let typing = [starts(0, 12, 0, 0)];
        let young = at(10, &typing, None);
        assert_eq!((young.begun, young.lost, young.aged.whole), (12, 0, 0));
        assert_eq!(young.changes_at, Some(Minute(NOON + 11).start()), "looked at again when the minute is aged");
        let aged = at(11, &typing, None);
        assert_eq!((aged.begun, aged.lost, aged.aged.whole), (12, 12, 12));
        assert_eq!(aged.changes_at, Some(Minute(NOON + 24 * 60).start()), "and when it leaves the window");
        let gone = at(24 * 60, &typing, None);
        assert_eq!(gone, Cohort::default());
    }

    #[test]
    fn a_cut_leaves_out_the_bad_before_it_and_never_the_good() {
        let history = [starts(0, 12, 2, 10), starts(1, 3, 3, 0), starts(20, 5, 4, 1), starts(39, 1, 0, 0)];
        let whole = at(40, &history, None);
        assert_eq!((whole.begun, whole.lost), (21, 11));
        let cut = at(40, &history, Some(20));
        assert_eq!((cut.begun, cut.lost), (11, 1), "2 + 3 won before it stay, 10 lost do not");
        assert_eq!(cut.onset, Some(Minute(NOON + 20)));
        let typing_at_the_cut = at(40, &history, Some(40));
        assert_eq!((typing_at_the_cut.begun, typing_at_the_cut.lost), (10, 0), "who was typing is still believed");
        let aged = at(60, &history, Some(40));
        assert_eq!((aged.begun, aged.lost), (9, 0), "and is left out once lost: the cut was later");
    }

    #[test]
    fn the_newest_are_twenty_aged_starts_counted_from_now() {
        let history = [starts(0, 100, 50, 50), starts(5, 15, 15, 0), starts(6, 10, 9, 1), starts(30, 9, 0, 9)];
        let cohort = at(35, &history, None);
        assert_eq!(cohort.newest, Rate { part: 1, whole: 25 }, "whole minutes, and none of the young");
    }
}
