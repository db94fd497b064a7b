//! An alert and its life: a pure fold over (what stands under the fingerprint, verdict, now).
//!
//! It turns verdicts and an operator's hand into what changes on an alert. Words are `text`'s, who is told is
//! `notification`'s. The rules are `checks.md`'s, Lifecycle. Surprising: what merely went quiet is not resolved, and a
//! resolution by the clock cuts nothing, while one by hand leaves out the bad evidence from before it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::check::Check;
use crate::id::Id;
use crate::time::{Span, Timestamp};
use crate::verdict::{Severity, Verdict};

/// A document of `system_alerts` and of its own collection (`contract.md`, section 2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    pub id: Id,
    pub severity: Severity,
    pub category: String,
    pub title: String,
    pub message: String,
    pub impact: String,
    pub suggested_action: String,
    /// Every number that was compared, with threshold, window and interval.
    pub metadata: Map<String, Value>,
    pub created_at: Timestamp,
    pub acknowledged: bool,
    pub acknowledged_by: Option<String>,
    pub acknowledged_at: Option<Timestamp>,
    pub resolved: bool,
    pub resolved_at: Option<Timestamp>,
    /// `clock`, or who did it.
    pub resolved_by: Option<String>,
    /// The note of who resolved it.
    pub resolution: Option<String>,
    /// What found it: `live`.
    pub source: String,
    pub check_id: String,
    pub fingerprint: String,
    /// Looks that found it, the first included.
    pub occurrences: u64,
    pub last_seen_at: Timestamp,
    /// When what is wrong began, as far as the window shows.
    pub onset_at: Option<Timestamp>,
    /// Changes so far.
    pub version: u64,
    pub notifications_sent: NotificationsSent,
}

/// Which channels have answered that they took a message about this alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsSent {
    pub email: bool,
    pub slack: bool,
    pub sms: bool,
    pub telegram: bool,
    pub webhook: bool,
}

/// What is remembered of a fingerprint, alert or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub fingerprint: String,
    /// The open alert, if there is one.
    pub open: Option<Id>,
    /// Bad evidence before this moment is left out.
    pub cut: Option<Timestamp>,
    /// Since when every look was clean.
    pub clean_since: Option<Timestamp>,
    /// Changes so far; a write is guarded by the version that it saw.
    pub version: u64,
}

/// What stands under a fingerprint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    pub record: Record,
    /// The open alert.
    pub alert: Option<Alert>,
}

/// What happened to an alert that somebody may have to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Transition {
    Opened,
    ResolvedByClock,
    ResolvedByHand,
}

impl Transition {
    /// The part of an outbox key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::ResolvedByClock | Self::ResolvedByHand => "resolved",
        }
    }
}

/// The words of an alert, in the language it is kept in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub title: String,
    pub message: String,
    pub impact: String,
    pub suggested_action: String,
}

/// What a look changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The record as it becomes, under the version that was seen; none if nothing changed.
    pub record: Option<Record>,
    /// The alert as it becomes, if it changed.
    pub alert: Option<Alert>,
    pub transition: Option<Transition>,
    /// When to look again at the latest.
    pub look_again_at: Timestamp,
}

/// Two clean looks this far apart prove a repair.
const CLEAN_FOR: Span = Span::hours(1);
/// With an open alert a check is looked at after this long at the latest.
const OPEN_LOOK_EVERY: Span = Span::minutes(5);
/// Without one, and with nothing to wait for.
const QUIET_LOOK_EVERY: Span = Span::hours(24);

/// Folds a verdict into what stands under the fingerprint. `changes_at` is when the facts could next read differently by
/// the passing of time alone; `new_id` is the id of the alert if one opens; `words` are asked for only when needed.
#[must_use]
pub fn look(
    standing: Standing,
    check: &Check,
    verdict: &Verdict,
    changes_at: Option<Timestamp>,
    now: Timestamp,
    new_id: Id,
    words: impl FnOnce() -> Words,
) -> Look {
    let Standing { mut record, alert } = standing;
    let seen = record.clone();
    let (alert, transition) = match (verdict, alert) {
        (Verdict::Firing(_), None) => {
            let alert = open(check, verdict, now, new_id, words());
            record.open = Some(alert.id);
            record.clean_since = None;
            (Some(alert), Some(Transition::Opened))
        }
        (Verdict::Firing(_), Some(mut alert)) => {
            record.clean_since = None;
            see_again(&mut alert, verdict, now, words());
            (Some(alert), None)
        }
        (Verdict::Clean, Some(mut alert)) => {
            // A clock that was set back begins the hour anew.
            let since = record.clean_since.filter(|since| *since <= now).unwrap_or(now);
            record.clean_since = Some(since);
            if now.since(since) >= CLEAN_FOR {
                resolve(&mut alert, "clock", None, now);
                record.open = None;
                record.clean_since = None;
                (Some(alert), Some(Transition::ResolvedByClock))
            } else {
                (None, None)
            }
        }
        (Verdict::Undecided | Verdict::Clear | Verdict::NotEnoughData { .. }, Some(_)) => {
            record.clean_since = None;
            (None, None)
        }
        (_, None) => (None, None),
    };
    let mut look_again_at = now + if record.open.is_some() { OPEN_LOOK_EVERY } else { QUIET_LOOK_EVERY };
    let proven_at = record.clean_since.map(|since| since + CLEAN_FOR);
    for moment in [changes_at, proven_at].into_iter().flatten().filter(|moment| *moment > now) {
        look_again_at = look_again_at.min(moment);
    }
    let record = (record != seen || alert.is_some()).then_some(record);
    Look { record, alert, transition, look_again_at }
}

fn open(check: &Check, verdict: &Verdict, now: Timestamp, id: Id, words: Words) -> Alert {
    let mut alert = Alert {
        id,
        severity: Severity::Info,
        category: check.category.as_str().to_owned(),
        title: String::new(),
        message: String::new(),
        impact: String::new(),
        suggested_action: String::new(),
        metadata: Map::new(),
        created_at: now,
        acknowledged: false,
        acknowledged_by: None,
        acknowledged_at: None,
        resolved: false,
        resolved_at: None,
        resolved_by: None,
        resolution: None,
        source: "live".to_owned(),
        check_id: check.id.to_owned(),
        fingerprint: check.id.to_owned(),
        occurrences: 0,
        last_seen_at: now,
        onset_at: None,
        version: 0,
        notifications_sent: NotificationsSent::default(),
    };
    see_again(&mut alert, verdict, now, words);
    alert
}

/// Found again, it counts: numbers and words are the newest, the severity may rise and never falls.
fn see_again(alert: &mut Alert, verdict: &Verdict, now: Timestamp, words: Words) {
    let Verdict::Firing(finding) = verdict else { return };
    alert.severity = alert.severity.max(finding.severity);
    alert.occurrences += 1;
    alert.last_seen_at = now;
    alert.version += 1;
    alert.metadata = finding.metadata();
    if alert.onset_at.is_none() {
        alert.onset_at = finding.onset.map(crate::time::Minute::start);
    }
    alert.title = words.title;
    alert.message = words.message;
    alert.impact = words.impact;
    alert.suggested_action = words.suggested_action;
}

fn resolve(alert: &mut Alert, by: &str, note: Option<String>, now: Timestamp) {
    alert.resolved = true;
    alert.resolved_at = Some(now);
    alert.resolved_by = Some(by.to_owned());
    alert.resolution = note;
    alert.version += 1;
}

/// An operator's hand: the alert is resolved with a note, and bad evidence up to the next whole minute is left out from
/// now on, so that what was repaired does not ring again for its past. Resolving what is resolved changes nothing.
#[must_use]
pub fn resolve_by_hand(
    mut record: Record,
    mut alert: Alert,
    by: &str,
    note: Option<String>,
    now: Timestamp,
) -> Option<(Record, Alert)> {
    if alert.resolved {
        return None;
    }
    resolve(&mut alert, by, note, now);
    record.open = None;
    record.clean_since = None;
    record.cut = Some(now.minute().end());
    Some((record, alert))
}

/// An operator has seen it. Acknowledging what is acknowledged changes nothing.
#[must_use]
pub fn acknowledge(mut alert: Alert, by: &str, now: Timestamp) -> Option<Alert> {
    if alert.acknowledged {
        return None;
    }
    alert.acknowledged = true;
    alert.acknowledged_by = Some(by.to_owned());
    alert.acknowledged_at = Some(now);
    alert.version += 1;
    Some(alert)
}

#[cfg(test)]
mod tests;
