//! What the model keeps, and how each thing changes or answers: lists, searched from one end to the other.

use vigie_domain::alert::{Alert, NotificationsSent, Record};
use vigie_domain::check::{AlertCollection, concerned_by};
use vigie_domain::counts::Counter;
use vigie_domain::document::{self, Collection, Document};
use vigie_domain::event::{Batch, CapturedError, Context, Event, LostReport, Refusal};
use vigie_domain::id::Id;
use vigie_domain::outbox::{Channel, Entry, State};
use vigie_domain::time::Timestamp;

use super::fold_counters;
use crate::{AlertQuery, Appended, Applied, Change, JUDGE_EVERY, REFUSED_KEPT, StoreError};

#[derive(Default)]
pub(super) struct Kept {
    pub(super) events: Vec<(Event, Context, Timestamp)>,
    pub(super) errors: Vec<(CapturedError, Context, Timestamp)>,
    pub(super) refused: Vec<(Refusal, Timestamp)>,
    pub(super) lost: Vec<(LostReport, Timestamp)>,
    pub(super) due: Vec<Due>,
    pub(super) records: Vec<Record>,
    pub(super) alerts: Vec<(AlertCollection, Alert)>,
    pub(super) messages: Vec<Entry>,
}

pub(super) struct Due {
    pub(super) check_id: String,
    pub(super) recheck_at: Timestamp,
    pub(super) generation: u64,
    pub(super) claimed_at: Option<Timestamp>,
}

impl Due {
    /// Not before it may be judged again. A claim that lies ahead was made by a clock that was set back since.
    fn not_too_soon(&self, at: Timestamp) -> Timestamp {
        self.claimed_at.filter(|claimed_at| *claimed_at <= at).map_or(at, |claimed_at| at.max(claimed_at + JUDGE_EVERY))
    }
}

impl Kept {
    fn stands(&self, id: Id) -> bool {
        self.events.iter().any(|(event, ..)| event.id == id) || self.errors.iter().any(|(error, ..)| error.id == id)
    }

    pub(super) fn counters(&self) -> Vec<Counter> {
        fold_counters(&self.analytics_events())
    }

    fn analytics_events(&self) -> Vec<Document> {
        self.events.iter().map(|(event, context, at)| document::analytics_event(event, context, *at)).collect()
    }

    pub(super) fn append(&mut self, batch: Batch) -> Result<Appended, StoreError> {
        let before = self.counters();
        let mut appended = Appended::default();
        let context = |place: usize| batch.contexts.get(place).cloned().ok_or_else(no_context);
        for place in
            batch.events.iter().map(|event| event.context).chain(batch.errors.iter().map(|error| error.context))
        {
            context(place)?;
        }
        for event in batch.events {
            if self.stands(event.id) {
                appended.duplicates += 1;
            } else {
                appended.accepted += 1;
                let context = context(event.context)?;
                self.events.push((event, context, batch.received_at));
            }
        }
        for error in batch.errors {
            if self.stands(error.id) {
                appended.duplicates += 1;
            } else {
                appended.accepted += 1;
                let context = context(error.context)?;
                self.errors.push((error, context, batch.received_at));
            }
        }
        for refusal in batch.refused {
            let is_same = |known: &Refusal| {
                known.id.is_some()
                    && (&known.id, &known.field, known.code) == (&refusal.id, &refusal.field, refusal.code)
            };
            if !self.refused.iter().any(|(known, _)| is_same(known)) {
                appended.refused += 1;
                self.refused.push((refusal, batch.received_at));
            }
        }
        let kept_from = self.refused.len().saturating_sub(REFUSED_KEPT);
        self.refused.drain(..kept_from);
        if let Some(report) = batch.lost
            && !self.lost.iter().any(|(known, _)| known.id == report.id)
        {
            self.lost.push((report, batch.received_at));
            appended.lost_is_new = true;
        }
        let after = self.counters();
        let moved = before.iter().filter(|counter| !after.contains(counter));
        let moved: Vec<Counter> =
            moved.chain(after.iter().filter(|counter| !before.contains(counter))).cloned().collect();
        let mut woken: Vec<&str> =
            moved.iter().flat_map(|counter| concerned_by(&counter.key)).map(|check| check.id).collect();
        woken.sort_unstable();
        woken.dedup();
        for check_id in woken {
            appended.woke |= self.wake(check_id, batch.received_at);
        }
        Ok(appended)
    }

    fn wake(&mut self, check_id: &str, at: Timestamp) -> bool {
        let Some(due) = self.due.iter_mut().find(|due| due.check_id == check_id) else { return false };
        due.generation += 1;
        due.recheck_at = due.recheck_at.min(due.not_too_soon(at));
        true
    }

    pub(super) fn record(&self, fingerprint: &str) -> Record {
        let known = self.records.iter().find(|record| record.fingerprint == fingerprint);
        known.cloned().unwrap_or_else(|| Record { fingerprint: fingerprint.to_owned(), ..Record::default() })
    }

    pub(super) fn alert(&self, id: Id) -> Option<(AlertCollection, Alert)> {
        self.alerts.iter().find(|(_, alert)| alert.id == id).cloned()
    }

    pub(super) fn apply(&mut self, change: Change) -> Applied {
        if let Some(mut record) = change.record {
            if self.record(&record.fingerprint).version != record.version {
                return Applied::Overtaken;
            }
            record.version += 1;
            self.records.retain(|known| known.fingerprint != record.fingerprint);
            self.records.push(record);
        }
        if let Some((collection, mut alert)) = change.alert {
            match self.alerts.iter_mut().find(|(_, known)| known.id == alert.id) {
                Some(known) => {
                    alert.notifications_sent = known.1.notifications_sent;
                    *known = (collection, alert);
                }
                None => {
                    alert.notifications_sent = NotificationsSent::default();
                    self.alerts.push((collection, alert));
                }
            }
        }
        for message in change.messages {
            if !self.messages.iter().any(|known| known.key == message.key) {
                self.messages.push(message);
            }
        }
        if let Some((claim, next)) = change.finished
            && let Some(due) = self.due.iter_mut().find(|due| due.check_id == claim.check_id)
            && due.generation == claim.generation
        {
            due.recheck_at = due.not_too_soon(next);
        }
        if let Some((check_id, at)) = change.wake {
            self.wake(&check_id, at);
        }
        Applied::Applied
    }

    /// The waiting messages whose turn it is: of one alert and channel only the first.
    pub(super) fn next_in_line(&mut self) -> Vec<&mut Entry> {
        let mut lines = Vec::new();
        let waiting = self.messages.iter_mut().filter(|entry| entry.state == State::Waiting);
        waiting
            .filter(|entry| {
                let line = (entry.alert_id, entry.channel);
                let is_first = !lines.contains(&line);
                lines.push(line);
                is_first
            })
            .collect()
    }

    pub(super) fn settle(&mut self, entry: Entry) {
        let waiting = self.messages.iter_mut().find(|known| known.key == entry.key && known.state == State::Waiting);
        let Some(known) = waiting else { return };
        known.clone_from(&entry);
        if entry.state == State::Sent
            && let Some((_, alert)) = self.alerts.iter_mut().find(|(_, alert)| alert.id == entry.alert_id)
        {
            match entry.channel {
                Channel::Slack => alert.notifications_sent.slack = true,
            }
        }
    }

    pub(super) fn alerts(&self, query: AlertQuery) -> (Vec<Alert>, u64) {
        let asked = |(collection, alert): &&(AlertCollection, Alert)| {
            let of_collection = match query.collection {
                None | Some(AlertCollection::System) => true,
                Some(asked) => asked == *collection,
            };
            of_collection
                && query.resolved.is_none_or(|resolved| resolved == alert.resolved)
                && query.acknowledged.is_none_or(|acknowledged| acknowledged == alert.acknowledged)
        };
        let mut alerts: Vec<Alert> = self.alerts.iter().filter(asked).map(|(_, alert)| alert.clone()).collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse((alert.created_at, alert.id)));
        let count = alerts.len() as u64;
        alerts.truncate(query.limit);
        (alerts, count)
    }

    /// A collection whole, each document with the moment that `since` looks at.
    pub(super) fn collection(&self, collection: Collection) -> Vec<(Timestamp, Document)> {
        let alerts = |asked: Option<AlertCollection>| {
            let of_collection =
                self.alerts.iter().filter(move |(collection, _)| asked.is_none_or(|asked| asked == *collection));
            of_collection.map(|(_, alert)| (alert.created_at, stored(alert))).collect()
        };
        match collection {
            Collection::AnalyticsEvents => {
                self.events.iter().map(|(_, _, at)| *at).zip(self.analytics_events()).collect()
            }
            Collection::FormErrors => {
                let form_error = |(event, context, at): &(Event, Context, Timestamp)| {
                    document::form_error(event, context).map(|document| (*at, document))
                };
                self.events.iter().filter_map(form_error).collect()
            }
            Collection::ErrorLogs => {
                self.errors.iter().map(|(error, context, at)| (*at, document::error_log(error, context, *at))).collect()
            }
            Collection::SystemAlerts => alerts(None),
            Collection::PaymentAlerts => alerts(Some(AlertCollection::Payment)),
            Collection::FunctionalAlerts => alerts(Some(AlertCollection::Functional)),
            Collection::Outbox => self.messages.iter().map(|message| (message.created_at, stored(message))).collect(),
            Collection::Counts => {
                // `since` leaves in the minute that it lies in.
                let end = |counter: &Counter| Timestamp(counter.minute.end().0 - 1);
                self.counters().iter().map(|counter| (end(counter), document::counter(counter))).collect()
            }
            Collection::Refused => {
                self.refused.iter().map(|(refusal, at)| (*at, document::refusal(refusal, *at))).collect()
            }
            Collection::Lost => {
                self.lost.iter().map(|(report, at)| (*at, document::lost_report(report, *at))).collect()
            }
        }
    }
}

fn no_context() -> StoreError {
    StoreError::Failed {
        doing: "store a batch",
        cause: "an event names a context that is not there".to_owned(),
        hint: "This is a fault of `vigie`: please report it with this line.",
    }
}

/// A document that is stored as it is.
fn stored(document: &impl serde::Serialize) -> Document {
    match serde_json::to_value(document) {
        Ok(serde_json::Value::Object(document)) => document::without_nulls(document),
        _ => Document::new(),
    }
}
