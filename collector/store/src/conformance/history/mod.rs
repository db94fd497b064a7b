//! Random histories: what visitors, evaluators, senders and operators may do in any order, crashes included.
//!
//! [`play`] lets a store and the naive model live through the same history and compares every answer on the way, and
//! everything that can be asked at the end. Histories shrink to the few acts that matter.

mod act;

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use vigie_domain::alert::{Alert, Record, Standing, acknowledge};
use vigie_domain::check::AlertCollection;
use vigie_domain::event::Batch;
use vigie_domain::outbox::{Entry, State};
use vigie_domain::time::{Span, Timestamp};

pub use self::act::{Act, How, Sent, Step, histories};
use super::Place;
use super::given::{OTHER_CHECK, SIGNUP_CHECK, alert, at, message};
use super::same::assert_same;
use crate::model::Model;
use crate::{AlertQuery, Appended, Applied, Change, Claim, Store, StoreError};

/// Lets a store and the model live through the same history.
pub async fn play(place: &dyn Place, acts: &[Act]) {
    let mut world = World::new(place).await;
    for act in acts {
        world.let_happen(act).await;
        let (store, model) = (&*world.store, &world.model);
        assert_eq!(store.next_due().await, model.next_due().await, "after {act:?}");
        assert_eq!(store.next_message_due().await, model.next_message_due().await, "after {act:?}");
    }
    assert_same(&world.model, &*world.store).await;
    world.let_happen(&Act::Reopen { in_order: false }).await;
    assert_same(&world.model, &*world.store).await;
}

struct World<'p> {
    place: &'p dyn Place,
    model: Model,
    store: Arc<dyn Store>,
    now: Timestamp,
    /// The evaluator's claims: the model's and the store's, whose generations need not be the same numbers.
    claims: Vec<(Claim, Claim)>,
    /// The sender's messages.
    messages: Vec<Entry>,
    next_alert: u64,
}

impl<'p> World<'p> {
    async fn new(place: &'p dyn Place) -> Self {
        let (model, store, now) = (Model::default(), place.open(), at(10));
        let world = Self { place, model, store, now, claims: Vec::new(), messages: Vec::new(), next_alert: 1_000 };
        world.plan(&[SIGNUP_CHECK]).await;
        world
    }

    async fn let_happen(&mut self, act: &Act) {
        match act {
            Act::Arrive(batches) => self.arrive(batches).await,
            Act::Pass(milliseconds) => self.now = self.now + Span(*milliseconds),
            Act::Claim(limit) => self.claim(*limit).await,
            Act::Judge { claim, look_again_in, is_bad, has_fresh_version } => {
                if !self.claims.is_empty() {
                    let claim = self.claims.remove(claim % self.claims.len());
                    self.judge(claim, self.now + Span(*look_again_in), *is_bad, *has_fresh_version).await;
                }
            }
            Act::Die => {
                self.claims.clear();
                self.messages.clear();
            }
            Act::Take(limit) => {
                let taken = self.model.claim_messages(self.now, *limit).await;
                assert_eq!(taken, self.store.claim_messages(self.now, *limit).await);
                self.messages.extend(taken.unwrap());
            }
            Act::Settle { message, how } => {
                if !self.messages.is_empty() {
                    let entry = self.messages.remove(message % self.messages.len());
                    self.settle(entry, *how).await;
                }
            }
            Act::Acknowledge(place) => self.operate(*place, false).await,
            Act::Resolve(place) => self.operate(*place, true).await,
            Act::Plan { signup, other } => {
                let all = [(SIGNUP_CHECK, *signup), (OTHER_CHECK, *other)];
                let planned: Vec<&str> = all.iter().filter(|(_, planned)| *planned).map(|(check, _)| *check).collect();
                self.plan(&planned).await;
            }
            Act::Reopen { in_order } => self.reopen(*in_order).await,
        }
    }

    async fn plan(&self, checks: &[&str]) {
        self.model.plan(checks, self.now).await.unwrap();
        self.store.plan(checks, self.now).await.unwrap();
    }

    async fn arrive(&self, batches: &[Sent]) {
        let batches: Vec<Batch> = batches.iter().map(|sent| sent.batch(self.now)).collect();
        let answers = append_together(&*self.store, &batches).await;
        let alone = batches.len() == 1;
        for (batch, answer) in batches.into_iter().zip(answers) {
            let expected = self.model.append(batch).await.unwrap();
            let answer = answer.unwrap();
            // Of several at once a store may say for each that they woke a check together.
            let woke = if alone { answer.woke } else { expected.woke };
            assert_eq!(Appended { woke, ..answer }, expected);
        }
    }

    async fn claim(&mut self, limit: usize) {
        let (ours, theirs) = (self.model.claim_due(self.now, limit).await, self.store.claim_due(self.now, limit).await);
        let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
        let checks = |claims: &[Claim]| claims.iter().map(|claim| claim.check_id.clone()).collect::<Vec<_>>();
        assert_eq!(checks(&ours), checks(&theirs));
        self.claims.extend(ours.into_iter().zip(theirs));
    }

    /// An evaluator's one write: the alert opens, is seen again or resolves, its message is written, the claim is finished.
    async fn judge(&mut self, claim: (Claim, Claim), next: Timestamp, is_bad: bool, has_fresh_version: bool) {
        let fingerprint = claim.0.check_id.clone();
        let Standing { record, alert: open } = self.model.standing(&fingerprint).await.unwrap();
        let minute = (self.now.minute().0 - at(0).minute().0).max(0);
        let alert = match open {
            Some(open) if is_bad => {
                Some(Alert { occurrences: open.occurrences + 1, version: open.version + 1, ..open })
            }
            Some(open) => Some(Alert { resolved: true, resolved_at: Some(self.now), ..open }),
            None if is_bad => {
                self.next_alert += 1;
                Some(Alert { fingerprint: fingerprint.clone(), ..alert(self.next_alert, minute) })
            }
            None => None,
        };
        let collection =
            if fingerprint == SIGNUP_CHECK { AlertCollection::Functional } else { AlertCollection::Payment };
        // Two messages, the second the longer due; a key that is there already comes with other words.
        let messages = alert.iter().flat_map(|alert| {
            let key = |name: &str| format!("{}:{}:{name}", alert.id, alert.resolved);
            [message(&key("first"), alert, minute), message(&key("second"), alert, minute - 1)]
        });
        let version = if has_fresh_version { record.version } else { record.version.wrapping_sub(1) };
        let open = alert.as_ref().filter(|alert| !alert.resolved).map(|alert| alert.id);
        let change = Change {
            messages: messages.collect(),
            record: Some(Record { open, version, clean_since: Some(self.now), ..record }),
            alert: alert.map(|alert| (collection, alert)),
            finished: Some((claim.0, next)),
            wake: None,
        };
        let expected = if has_fresh_version { Applied::Applied } else { Applied::Overtaken };
        self.apply(change, Some((claim.1, next)), expected).await;
    }

    async fn settle(&self, entry: Entry, how: How) {
        let entry = match how {
            How::Sent => Entry { state: State::Sent, sent_at: Some(self.now), ..entry },
            How::Later(wait) => Entry { due_at: self.now + Span(wait), attempts: entry.attempts + 1, ..entry },
            How::Dead => Entry { state: State::Dead, answer: Some("gone".to_owned()), ..entry },
        };
        self.model.settle_message(entry.clone()).await.unwrap();
        self.store.settle_message(entry).await.unwrap();
    }

    /// An operator's hand on one of the alerts.
    async fn operate(&self, place: usize, resolves: bool) {
        let query = AlertQuery { collection: None, resolved: Some(false), acknowledged: None, limit: 100 };
        let (mut alerts, _) = self.model.alerts(query).await.unwrap();
        if alerts.is_empty() {
            return;
        }
        let alert = alerts.remove(place % alerts.len());
        let (collection, _) = self.model.alert(alert.id).await.unwrap().unwrap();
        let record = self.model.standing(&alert.fingerprint).await.unwrap().record;
        let check_id = alert.fingerprint.clone();
        let (record, alert) = if resolves {
            vigie_domain::alert::resolve_by_hand(record, alert, "anna", Some("réparé".to_owned()), self.now).unwrap()
        } else {
            let Some(alert) = acknowledge(alert, "anna", self.now) else { return };
            (record, alert)
        };
        let wake = resolves.then_some((check_id, self.now));
        let change = Change { record: Some(record), alert: Some((collection, alert)), wake, ..Change::default() };
        self.apply(change, None, Applied::Applied).await;
    }

    async fn apply(&self, ours: Change, their_claim: Option<(Claim, Timestamp)>, expected: Applied) {
        let theirs = Change { finished: their_claim, ..ours.clone() };
        assert_eq!(self.model.apply(ours).await, Ok(expected));
        assert_eq!(self.store.apply(theirs).await, Ok(expected));
    }

    async fn reopen(&mut self, in_order: bool) {
        if in_order {
            self.store.close().await.unwrap();
        }
        self.store = Arc::new(Model::default()); // the old one is gone before the new one comes
        self.store = self.place.open();
    }
}

/// Appends batches at the same moment: all wait before the first is answered, in their order.
async fn append_together(store: &dyn Store, batches: &[Batch]) -> Vec<Result<Appended, StoreError>> {
    let mut waiting: Vec<_> = batches.iter().map(|batch| (store.append(batch.clone()), None)).collect();
    let all = std::future::poll_fn(move |task| {
        for (append, answer) in waiting.iter_mut().filter(|(_, answer)| answer.is_none()) {
            if let Poll::Ready(ready) = append.as_mut().poll(task) {
                *answer = Some(ready);
            }
        }
        match waiting.iter_mut().all(|(_, answer)| answer.is_some()) {
            true => Poll::Ready(waiting.drain(..).filter_map(|(_, answer)| answer).collect()),
            false => Poll::Pending,
        }
    });
    pin!(all).await
}
