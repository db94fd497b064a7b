//! The life of an alert, told verdict by verdict.

use super::*;
use crate::check::CHECKS;
use crate::verdict::{Finding, Rate};

fn firing(part: u64, whole: u64) -> Verdict {
    Verdict::Firing(Finding {
        severity: Severity::Critical,
        rate: Rate { part, whole },
        threshold_percent: 30,
        window_hours: 24,
        onset: None,
    })
}

/// One fingerprint, looked at as the collector does.
struct Watch {
    standing: Standing,
    now: Timestamp,
    made: u8,
}

impl Watch {
    fn new() -> Self {
        let record = Record { fingerprint: CHECKS[0].id.to_owned(), ..Record::default() };
        Self { standing: Standing { record, alert: None }, now: Timestamp(1_795_000_000_000), made: 0 }
    }

    /// Looks `minutes` after the last look.
    fn look(&mut self, minutes: i64, verdict: &Verdict) -> Look {
        self.now = self.now + Span::minutes(minutes);
        self.made += 1;
        let words = || Words {
            title: "t".to_owned(),
            message: "m".to_owned(),
            impact: "i".to_owned(),
            suggested_action: "s".to_owned(),
        };
        let id = Id([self.made; 16]);
        let look = look(self.standing.clone(), CHECKS[0], verdict, None, self.now, id, words);
        if let Some(record) = &look.record {
            self.standing.record = record.clone();
        }
        if let Some(alert) = &look.alert {
            self.standing.alert = (!alert.resolved).then(|| alert.clone());
        }
        look
    }
}

#[test]
fn one_alert_opens_and_is_seen_again_in_silence() {
    let mut watch = Watch::new();
    assert_eq!(watch.look(0, &firing(4, 10)).transition, Some(Transition::Opened));
    let opened = watch.standing.alert.clone().unwrap();
    for _ in 0..10 {
        let look = watch.look(1, &firing(6, 10));
        assert_eq!(look.transition, None);
        assert_eq!(look.look_again_at, watch.now + Span::minutes(5));
    }
    let alert = watch.standing.alert.unwrap();
    assert_eq!((alert.id, alert.occurrences, alert.created_at), (opened.id, 11, opened.created_at));
    assert_eq!(alert.metadata["lost"], 6, "the numbers are the newest");
}

#[test]
fn it_resolves_by_the_clock_after_clean_looks_an_hour_apart() {
    let mut watch = Watch::new();
    watch.look(0, &firing(4, 10));
    let first = watch.look(5, &Verdict::Clean);
    assert_eq!((first.transition, first.look_again_at), (None, watch.now + Span::minutes(5)));
    let last = watch.look(56, &Verdict::Clean);
    assert_eq!(last.transition, None);
    assert_eq!(last.look_again_at, watch.now + Span::minutes(4), "exactly at the hour");
    assert_eq!(watch.look(4, &Verdict::Clean).transition, Some(Transition::ResolvedByClock));
    assert_eq!(watch.standing.record.cut, None, "a resolution by the clock cuts nothing");
    assert_eq!(watch.look(1, &firing(4, 10)).transition, Some(Transition::Opened), "and what comes back is told");
}

#[test]
fn nothing_but_clean_looks_proves_a_repair() {
    let quiet = Verdict::NotEnoughData { have: 0, need: 5 };
    for interruption in [firing(4, 10), Verdict::Undecided, Verdict::Clear, quiet.clone()] {
        let mut watch = Watch::new();
        watch.look(0, &firing(4, 10));
        watch.look(5, &Verdict::Clean);
        watch.look(30, &interruption);
        watch.look(30, &Verdict::Clean);
        assert_eq!(watch.look(59, &Verdict::Clean).transition, None, "{interruption:?} resets the clean looks");
        assert_eq!(watch.look(1, &Verdict::Clean).transition, Some(Transition::ResolvedByClock));
    }
    let mut watch = Watch::new();
    watch.look(0, &firing(4, 10));
    for _ in 0..100 {
        assert_eq!(watch.look(60, &quiet).alert, None, "quiet is no repair");
    }
}

#[test]
fn a_hand_resolves_with_a_note_and_cuts_at_the_next_whole_minute() {
    let mut watch = Watch::new();
    watch.look(0, &firing(4, 10));
    let now = watch.now + Span::seconds(61);
    let Standing { record, alert } = watch.standing;
    let note = Some("champ téléphone réparé".to_owned());
    let (record, alert) = resolve_by_hand(record, alert.unwrap(), "manon", note.clone(), now).unwrap();
    assert_eq!(record.cut, Some(now.minute().end()));
    assert_eq!((record.open, alert.resolved, alert.resolution.clone()), (None, true, note));
    assert_eq!(alert.resolved_by.as_deref(), Some("manon"));
    assert_eq!(resolve_by_hand(record, alert, "zoé", None, now), None, "the second hand changes nothing");
}

#[test]
fn the_first_to_acknowledge_stands() {
    let mut watch = Watch::new();
    watch.look(0, &firing(4, 10));
    let alert = acknowledge(watch.standing.alert.unwrap(), "manon", watch.now).unwrap();
    assert_eq!((alert.acknowledged, alert.acknowledged_by.as_deref()), (true, Some("manon")));
    assert_eq!(acknowledge(alert, "zoé", watch.now), None);
}
