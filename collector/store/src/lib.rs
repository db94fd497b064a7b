//! The store's port: what the collector asks of whatever keeps its data, in the domain's words.
//!
//! Two adapters stand behind it, the embedded one (`vigie-sqlite`) and the naive model that says what is right ([`model`]).
//! Every store passes one suite ([`conformance`]). Stores know no check's name: they move counters as
//! `vigie_domain::session` says and wake whom `vigie_domain::check::concerned_by` names.

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod model;

use async_trait::async_trait;
use vigie_domain::alert::{Alert, Record, Standing};
use vigie_domain::check::AlertCollection;
use vigie_domain::counts::{Counter, CounterKey};
use vigie_domain::document::{Collection, Document};
use vigie_domain::event::Batch;
use vigie_domain::id::Id;
use vigie_domain::outbox::Entry;
use vigie_domain::time::{Minute, Span, Timestamp};

/// How long a claim holds: what was claimed and not finished is due again after it.
pub const CLAIM_FOR: Span = Span::seconds(30);
/// A check is judged at most once in this span.
pub const JUDGE_EVERY: Span = Span::seconds(1);
/// Refused events that are kept.
pub const REFUSED_KEPT: usize = 1_000;

/// Why a store did not do what it was asked. It changed nothing then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// More waits than may wait; come again after the span.
    #[error("the store has more to write than it can take; try again in {} ms", retry_after.0)]
    Overloaded { retry_after: Span },
    /// The disk, the database or the network said no.
    #[error("the store cannot {doing}: {cause}. {hint}")]
    Failed { doing: &'static str, cause: String, hint: &'static str },
    /// It did not open.
    #[error("cannot open the store {place}: {cause}. {hint}")]
    CannotOpen { place: String, cause: String, hint: &'static str },
}

/// What an append did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Events (captured errors included) that stand there for the first time.
    pub accepted: usize,
    /// Events that stood there already; they moved nothing.
    pub duplicates: usize,
    /// Refused events that were kept. One with an id that is kept already, refused for the same, came with a batch sent again.
    pub refused: usize,
    /// Whether the batch's report of lost events is new.
    pub lost_is_new: bool,
    /// Whether a check was woken.
    pub woke: bool,
}

/// A check that is due, taken by whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub check_id: String,
    /// Tells whether something woke the check again since it was claimed.
    pub generation: u64,
}

/// Everything that one judgement or one operator's act changes, in one atomic write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// The record as it becomes. Its `version` is the one that was seen: another version in the store means [`Applied::Overtaken`].
    /// The store writes it with the version after.
    pub record: Option<Record>,
    /// The alert as it becomes; made if it is not there. `notifications_sent` is the store's own to keep: it stays as it stands.
    pub alert: Option<(AlertCollection, Alert)>,
    /// Messages to be sent; one whose key is there already is left as it stands.
    pub messages: Vec<Entry>,
    /// A claim that is finished, and when the check is due next if nothing woke it meanwhile.
    pub finished: Option<(Claim, Timestamp)>,
    /// A check that must be looked at by then, whatever was planned.
    pub wake: Option<(String, Timestamp)>,
}

/// A lost race is an answer, not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    Applied,
    /// Somebody else changed the record since it was read: read again. Nothing was changed.
    Overtaken,
}

/// Which alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertQuery {
    /// Only those of one collection; `System` and none mean all.
    pub collection: Option<AlertCollection>,
    pub resolved: Option<bool>,
    pub acknowledged: Option<bool>,
    /// At most so many, newest first.
    pub limit: usize,
}

/// A part of a collection, in the order it was stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub documents: Vec<Document>,
    /// Where to go on; none at the end.
    pub next: Option<u64>,
}

/// What keeps the data.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores a batch: events, session steps, counters, refused events, lost reports and wake-ups, all or nothing. What it
    /// answers with is durable. An id that is there already moves nothing.
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError>;

    /// The counters of these keys from one minute to another, both included. Zeros are left out.
    async fn counters(&self, keys: &[CounterKey], from: Minute, to: Minute) -> Result<Vec<Counter>, StoreError>;

    /// Makes sure that these checks are looked at, at `now` if they were never planned, and forgets all others.
    async fn plan(&self, check_ids: &[&str], now: Timestamp) -> Result<(), StoreError>;

    /// Takes the checks that are due at `now`, the longest due first; each is due again after [`CLAIM_FOR`] unless it is finished.
    async fn claim_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, StoreError>;

    /// When the next check is due.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// What stands under a fingerprint; an empty record of version 0 if nothing does.
    async fn standing(&self, fingerprint: &str) -> Result<Standing, StoreError>;

    /// Applies a change, or nothing of it.
    async fn apply(&self, change: Change) -> Result<Applied, StoreError>;

    /// The alert of this id with its own collection.
    async fn alert(&self, id: Id) -> Result<Option<(AlertCollection, Alert)>, StoreError>;

    /// Alerts, newest first, and how many there are in all.
    async fn alerts(&self, query: AlertQuery) -> Result<(Vec<Alert>, u64), StoreError>;

    /// Takes waiting messages that are due at `now`, the longest due first; each is due again after [`CLAIM_FOR`] unless it is
    /// settled. Of one alert and channel only the first that waits is taken, so that no "resolved" comes before its "opened".
    async fn claim_messages(&self, now: Timestamp, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// When the next waiting message is due, of those whose turn it is.
    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Writes down what became of a message. A message that is sent marks its alert in `notificationsSent`. One that is
    /// no longer waiting stays as it is.
    async fn settle_message(&self, entry: Entry) -> Result<(), StoreError>;

    /// What is stored, as the contract's documents. `since` leaves out what is older: events by `receivedAt`, counters by their
    /// minute, alerts and messages by `createdAt`. `after` is the last page's `next`.
    async fn export(
        &self,
        collection: Collection,
        since: Option<Timestamp>,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Page, StoreError>;

    /// Whether the store can write now: asks for a place in the queue and a commit.
    async fn ready(&self) -> Result<(), StoreError>;

    /// Writes what waits and closes; afterwards every call fails.
    async fn close(&self) -> Result<(), StoreError>;
}
