//! A store in memory, as naive as can be: it keeps lists in the order of arrival and counts everything again at each read.
//!
//! It says what is right. It is slow on purpose, and shares no idea with the adapters that it judges: no sums, no marks, no
//! groups. Only what the port itself leaves to the domain is the domain's (who is concerned by a counter, how a document
//! reads).

mod fold;
mod kept;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use vigie_domain::alert::{Alert, Standing};
use vigie_domain::check::AlertCollection;
use vigie_domain::counts::{Counter, CounterKey};
use vigie_domain::document::{Collection, Document};
use vigie_domain::event::Batch;
use vigie_domain::id::Id;
use vigie_domain::outbox::Entry;
use vigie_domain::time::{Minute, Timestamp};

pub use self::fold::fold_counters;
use self::kept::{Due, Kept};
use crate::{AlertQuery, Appended, Applied, CLAIM_FOR, Change, Claim, Page, Store, StoreError};

/// A way into the model. Opened again it finds what was there.
#[derive(Default)]
pub struct Model {
    kept: Arc<Mutex<Kept>>,
    closed: AtomicBool,
}

impl Model {
    /// The same store, opened again.
    #[must_use]
    pub fn reopened(&self) -> Self {
        Self { kept: Arc::clone(&self.kept), closed: AtomicBool::new(false) }
    }

    fn kept(&self) -> Result<MutexGuard<'_, Kept>, StoreError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Failed {
                doing: "answer",
                cause: "it is closed".to_owned(),
                hint: "Open it again.",
            });
        }
        Ok(self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Store for Model {
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        self.kept()?.append(batch)
    }

    async fn counters(&self, keys: &[CounterKey], from: Minute, to: Minute) -> Result<Vec<Counter>, StoreError> {
        let asked = |counter: &Counter| keys.contains(&counter.key) && (from..=to).contains(&counter.minute);
        Ok(self.kept()?.counters().into_iter().filter(asked).collect())
    }

    async fn plan(&self, check_ids: &[&str], now: Timestamp) -> Result<(), StoreError> {
        let mut kept = self.kept()?;
        kept.due.retain(|due| check_ids.contains(&&*due.check_id));
        for check_id in check_ids {
            if !kept.due.iter().any(|due| due.check_id == **check_id) {
                let check_id = (*check_id).to_owned();
                kept.due.push(Due { check_id, recheck_at: now, generation: 0, claimed_at: None });
            }
        }
        Ok(())
    }

    async fn claim_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, StoreError> {
        let mut kept = self.kept()?;
        kept.due.sort_by(|a, b| (a.recheck_at, &a.check_id).cmp(&(b.recheck_at, &b.check_id)));
        let due = kept.due.iter_mut().filter(|due| due.recheck_at <= now).take(limit);
        let claim = |due: &mut Due| {
            due.recheck_at = now + CLAIM_FOR;
            due.claimed_at = Some(now);
            Claim { check_id: due.check_id.clone(), generation: due.generation }
        };
        Ok(due.map(claim).collect())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.kept()?.due.iter().map(|due| due.recheck_at).min())
    }

    async fn standing(&self, fingerprint: &str) -> Result<Standing, StoreError> {
        let kept = self.kept()?;
        let record = kept.record(fingerprint);
        let alert = record.open.and_then(|id| kept.alert(id)).map(|(_, alert)| alert);
        Ok(Standing { record, alert })
    }

    async fn apply(&self, change: Change) -> Result<Applied, StoreError> {
        Ok(self.kept()?.apply(change))
    }

    async fn alert(&self, id: Id) -> Result<Option<(AlertCollection, Alert)>, StoreError> {
        Ok(self.kept()?.alert(id))
    }

    async fn alerts(&self, query: AlertQuery) -> Result<(Vec<Alert>, u64), StoreError> {
        Ok(self.kept()?.alerts(query))
    }

    async fn claim_messages(&self, now: Timestamp, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let mut kept = self.kept()?;
        let mut due: Vec<&mut Entry> = kept.next_in_line().into_iter().filter(|entry| entry.due_at <= now).collect();
        due.sort_by_key(|entry| entry.due_at);
        let claim = |entry: &mut Entry| {
            entry.due_at = now + CLAIM_FOR;
            entry.clone()
        };
        Ok(due.into_iter().take(limit).map(claim).collect())
    }

    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.kept()?.next_in_line().into_iter().map(|entry| entry.due_at).min())
    }

    async fn settle_message(&self, entry: Entry) -> Result<(), StoreError> {
        self.kept()?.settle(entry);
        Ok(())
    }

    async fn export(
        &self,
        collection: Collection,
        since: Option<Timestamp>,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let whole = self.kept()?.collection(collection).into_iter().zip(1..);
        let asked = whole.filter(|((at, _), number)| {
            since.is_none_or(|since| *at >= since) && after.is_none_or(|after| *number > after)
        });
        let mut asked: Vec<((Timestamp, Document), u64)> = asked.collect();
        let more = asked.len() > limit;
        asked.truncate(limit);
        let next = if more { asked.last().map(|(_, number)| *number) } else { None };
        Ok(Page { documents: asked.into_iter().map(|((_, document), _)| document).collect(), next })
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.kept().map(|_| ())
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.closed.store(true, Ordering::SeqCst);
        Ok(())
    }
}
