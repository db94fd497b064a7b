//! The one thread that writes. It drains what waits, commits it in one transaction with one sync, and answers all.
//!
//! A group that fails is rolled back and its members are tried again one by one, so that one bad batch never fails its
//! neighbours. Everything that writes comes this way, claims and alerts as well.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::ErrorCode;
use tokio::sync::{mpsc, oneshot};
use vigie_domain::time::Span;
use vigie_store::StoreError;

use crate::error::{Outcome, closed, failed};
use crate::folder::Held;
use crate::group::Group;
use crate::queue::{Queue, Refused};

/// Operations in one transaction: beyond, one sync more costs less than the wait (`peers.md`, 3).
const GROUP_MAX: usize = 128;
/// About the bytes of one transaction; a group of large batches is a small group.
const GROUP_WEIGHT_MAX: usize = 2 << 20;
/// About the bytes that may wait. More would come too late anyway.
const QUEUE_WEIGHT_MAX: usize = 24 << 20;
/// When to come again if the queue is full.
const RETRY_AFTER: Span = Span::seconds(1);

/// The writer's end that the store holds.
pub(crate) struct Writer {
    queue: Arc<Queue<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
}

/// What an operation left behind, and whether its group woke a check.
pub(crate) struct Done<T> {
    pub(crate) value: T,
    pub(crate) woke: bool,
}

/// One operation on its way through the writer.
trait Work: Send {
    /// Runs in the group's transaction; again if that fails.
    fn run(&mut self, group: &mut Group<'_>) -> Outcome<()>;
    /// The transaction is committed, and whether it woke a check; or it failed.
    fn answer(self: Box<Self>, committed: Result<bool, &rusqlite::Error>);
}

struct Job<R, T> {
    doing: &'static str,
    run: R,
    value: Option<T>,
    reply: oneshot::Sender<Result<Done<T>, StoreError>>,
}

impl<T: Send, R: FnMut(&mut Group<'_>) -> Outcome<T> + Send> Work for Job<R, T> {
    fn run(&mut self, group: &mut Group<'_>) -> Outcome<()> {
        self.value = Some((self.run)(group)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<bool, &rusqlite::Error>) {
        let answer = match (committed, self.value) {
            (Ok(woke), Some(value)) => Ok(Done { value, woke }),
            (Ok(_), None) => Err(closed(self.doing)), // it did not run, which the loop rules out
            (Err(error), _) => Err(failed(self.doing, error)),
        };
        let _ = self.reply.send(answer); // who went away meanwhile does not want it
    }
}

impl Writer {
    /// Starts the thread. `alive` is dropped when it has let go of the store.
    pub(crate) fn start(held: Held, alive: mpsc::Sender<()>) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(QUEUE_WEIGHT_MAX));
        let its_queue = Arc::clone(&queue);
        let thread = thread::Builder::new().name("vigie-writer".to_owned()).spawn(move || {
            let _alive = alive;
            write(held, &its_queue);
        })?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Runs an operation in the next transaction and waits until that is durable. What has no weight is never refused.
    pub(crate) async fn run<T, R>(&self, doing: &'static str, weight: usize, run: R) -> Result<Done<T>, StoreError>
    where
        T: Send + 'static,
        R: FnMut(&mut Group<'_>) -> Outcome<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        match self.queue.push(Box::new(Job { doing, run, value: None, reply }), weight) {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(closed(doing))),
            Err(Refused::Full) => Err(StoreError::Overloaded { retry_after: RETRY_AFTER }),
            Err(Refused::Closed) => Err(closed(doing)),
        }
    }

    /// Takes nothing more; what waits is still written.
    pub(crate) fn close(&self) {
        self.queue.close();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// However the thread ends, nobody waits for it in vain.
struct Abandon<'q>(&'q Queue<Box<dyn Work>>);

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn write(held: Held, queue: &Queue<Box<dyn Work>>) {
    let Held { connection, lock } = held;
    let abandon = Abandon(queue);
    match Group::new(&connection) {
        Ok(mut group) => {
            let mut jobs = Vec::with_capacity(GROUP_MAX);
            while queue.drain(&mut jobs, GROUP_MAX, GROUP_WEIGHT_MAX) {
                commit(&mut group, &mut jobs);
            }
        }
        Err(error) => tracing::error!(%error, "the store's writer cannot start"),
    }
    drop(abandon);
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the store was not closed in order; its log is read when it opens again");
    }
    drop(lock);
}

/// Commits a group together, or else one by one.
fn commit(group: &mut Group<'_>, jobs: &mut Vec<Box<dyn Work>>) {
    match transact(group, jobs) {
        Ok(woke) => jobs.drain(..).for_each(|job| job.answer(Ok(woke))),
        Err(error) if jobs.len() == 1 => jobs.drain(..).for_each(|job| job.answer(Err(&error))),
        Err(error) if !may_be_a_members_fault(&error) => jobs.drain(..).for_each(|job| job.answer(Err(&error))),
        Err(error) => {
            tracing::warn!(%error, operations = jobs.len(), "a group of writes failed; each is tried alone");
            for mut job in jobs.drain(..) {
                let done = transact(group, std::slice::from_mut(&mut job));
                job.answer(done.as_ref().copied());
            }
        }
    }
}

/// A database that another program holds locked fails each member as well, and each after the same long wait.
fn may_be_a_members_fault(error: &rusqlite::Error) -> bool {
    !matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn transact(group: &mut Group<'_>, jobs: &mut [Box<dyn Work>]) -> Outcome<bool> {
    group.transact(|group| jobs.iter_mut().try_for_each(|job| job.run(group)))
}
