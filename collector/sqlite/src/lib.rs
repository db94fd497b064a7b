//! The embedded store: one SQLite file in a folder of its own, written by one thread and read by a few.
//!
//! It keeps the port's promises (`vigie_store::Store`): what `append` answers is durable, each id stands once, and events,
//! marks, counters and wake-ups move together. Time is never read here; every moment is an argument.

mod alerts;
mod append;
mod due;
mod error;
mod export;
mod folder;
mod group;
mod names;
mod outbox;
mod packed;
mod queue;
mod readers;
mod rows;
mod schema;
mod sessions;
mod writer;

use std::path::Path;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::{Mutex, mpsc};
use vigie_domain::alert::{Alert, Standing};
use vigie_domain::check::AlertCollection;
use vigie_domain::counts::{Counter, CounterKey};
use vigie_domain::document::Collection;
use vigie_domain::event::Batch;
use vigie_domain::id::Id;
use vigie_domain::outbox::Entry;
use vigie_domain::time::{Minute, Timestamp};
use vigie_store::{AlertQuery, Appended, Applied, Change, Claim, Page, Store, StoreError};

use crate::error::Outcome;
use crate::export::Request;
use crate::readers::{Eye, Readers};
use crate::writer::Writer;

/// Threads that read.
const READERS: usize = 2;

/// About what a request may bring at most: a store that has no room for it is not ready.
const LARGE_BATCH: usize = 1 << 20;

/// The store of a running collector.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    /// Ends when every thread has let go of the store.
    ended: Mutex<mpsc::Receiver<()>>,
}

impl SqliteStore {
    /// Opens the store of a folder; makes both if they are not there. One process holds a folder at a time.
    ///
    /// # Errors
    /// If another process holds it, or the folder or the database says no.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let held = folder::hold(folder)?;
        let eyes: Vec<_> = (0..READERS).map(|_| folder::look_into(folder)).collect::<Result<_, _>>()?;
        let (alive, ended) = mpsc::channel(1);
        let no_thread = |error: std::io::Error| StoreError::CannotOpen {
            place: folder.display().to_string(),
            cause: error.to_string(),
            hint: "The system gives no more threads: end something else, or raise the limit.",
        };
        let readers = Readers::start(eyes, &alive).map_err(no_thread)?;
        let writer = Writer::start(held, alive).map_err(no_thread)?;
        Ok(Self { writer, readers, ended: Mutex::new(ended) })
    }

    /// Writes something of the collector's own, which always has a place in the queue.
    async fn write<T, R>(&self, doing: &'static str, mut run: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnMut(&Connection) -> Outcome<T> + Send + 'static,
    {
        let done = self.writer.run(doing, 0, move |group| run(group.connection)).await?;
        Ok(done.value)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        let weight = append::weight(&batch);
        let done = self.writer.run("store a batch", weight, move |group| append::append(group, &batch)).await?;
        Ok(Appended { woke: done.woke && done.value.moved, ..done.value.appended })
    }

    async fn counters(&self, keys: &[CounterKey], from: Minute, to: Minute) -> Result<Vec<Counter>, StoreError> {
        let keys = keys.to_vec();
        self.readers.ask("read counters", move |eye, _| export::counters(eye, &keys, from, to)).await
    }

    async fn plan(&self, check_ids: &[&str], now: Timestamp) -> Result<(), StoreError> {
        let check_ids: Vec<String> = check_ids.iter().map(|id| (*id).to_owned()).collect();
        self.write("plan the checks", move |connection| due::plan(connection, &check_ids, now)).await
    }

    async fn claim_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Claim>, StoreError> {
        self.write("claim what is due", move |connection| due::claim(connection, now, limit)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.ask("read when the next check is due", |eye, _| due::next(eye)).await
    }

    async fn standing(&self, fingerprint: &str) -> Result<Standing, StoreError> {
        let fingerprint = fingerprint.to_owned();
        self.readers.ask("read an alert's record", move |eye, _| alerts::standing(eye, &fingerprint)).await
    }

    async fn apply(&self, change: Change) -> Result<Applied, StoreError> {
        self.write("change an alert", move |connection| alerts::apply(connection, &change)).await
    }

    async fn alert(&self, id: Id) -> Result<Option<(AlertCollection, Alert)>, StoreError> {
        self.readers.ask("read an alert", move |eye, _| alerts::read_alert(eye, id)).await
    }

    async fn alerts(&self, query: AlertQuery) -> Result<(Vec<Alert>, u64), StoreError> {
        self.readers.ask("list alerts", move |eye, _| alerts::list(eye, query)).await
    }

    async fn claim_messages(&self, now: Timestamp, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.write("claim messages", move |connection| outbox::claim(connection, now, limit)).await
    }

    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.ask("read when the next message is due", |eye, _| outbox::next(eye)).await
    }

    async fn settle_message(&self, entry: Entry) -> Result<(), StoreError> {
        self.write("settle a message", move |connection| outbox::settle(connection, &entry)).await
    }

    async fn export(
        &self,
        collection: Collection,
        since: Option<Timestamp>,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let request = Request { collection, since, after, limit };
        self.readers.ask("read what is stored", move |eye, names| export::page(eye, names, request)).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let beat = self.writer.run("write", LARGE_BATCH, |group| {
            group.connection.prepare_cached("update pulse set beats = beats + 1")?.execute([]).map(|_| ())
        });
        beat.await.map(|_| ())
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.readers.close();
        self.writer.close();
        // Nothing is ever sent: this ends when the last thread is gone.
        let _ = self.ended.lock().await.recv().await;
        Ok(())
    }
}

/// Reads a store's folder from outside, while a collector writes there or not.
pub struct Reader(Eye);

impl Reader {
    /// Opens the store of a folder for reading. It is not made if it is not there.
    ///
    /// # Errors
    /// If there is none, or it does not open.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        folder::look_into(folder).map(|connection| Self(Eye::new(connection)))
    }

    /// A part of a collection, as [`Store::export`] gives it.
    ///
    /// # Errors
    /// If the database says no.
    pub fn export(
        &mut self,
        collection: Collection,
        since: Option<Timestamp>,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let request = Request { collection, since, after, limit };
        self.0
            .look(|connection, names| export::page(connection, names, request))
            .map_err(|error| error::failed("read what is stored", &error))
    }
}
