//! A few threads that read, each with a connection of its own, so that no read keeps the runtime or the writer waiting.
//!
//! Each question is answered from one snapshot: what a transaction wrote is seen whole or not at all.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use vigie_store::StoreError;

use crate::error::{Outcome, closed, failed};
use crate::names::Spelled;
use crate::queue::Queue;

/// A connection that reads, and the names it has learned.
pub(crate) struct Eye {
    pub(crate) connection: Connection,
    pub(crate) names: Spelled,
}

impl Eye {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, names: Spelled::default() }
    }

    /// Answers a question from one snapshot.
    pub(crate) fn look<T>(&mut self, question: impl FnOnce(&Connection, &Spelled) -> Outcome<T>) -> Outcome<T> {
        let snapshot = self.connection.unchecked_transaction()?;
        self.names.refresh(&snapshot)?;
        question(&snapshot, &self.names)
    }
}

type Question = Box<dyn FnOnce(&mut Eye) + Send>;

/// The threads that read.
pub(crate) struct Readers {
    queue: Arc<Queue<Question>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a thread for each connection. `alive` is dropped when all have let go of the store.
    pub(crate) fn start(connections: Vec<Connection>, alive: &mpsc::Sender<()>) -> std::io::Result<Self> {
        let queue: Arc<Queue<Question>> = Arc::new(Queue::new(usize::MAX));
        let mut readers = Self { queue, threads: Vec::new() };
        for connection in connections {
            let (queue, alive) = (Arc::clone(&readers.queue), alive.clone());
            let thread = thread::Builder::new().name("vigie-reader".to_owned()).spawn(move || {
                let _alive = alive;
                let mut eye = Eye::new(connection);
                let mut questions = Vec::with_capacity(1);
                while queue.drain(&mut questions, 1, usize::MAX) {
                    questions.drain(..).for_each(|question| question(&mut eye));
                }
            })?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Answers a question on one of the threads.
    pub(crate) async fn ask<T, Q>(&self, doing: &'static str, question: Q) -> Result<T, StoreError>
    where
        T: Send + 'static,
        Q: FnOnce(&Connection, &Spelled) -> Outcome<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let asked = self.queue.push(
            Box::new(move |eye| {
                let _ = reply.send(eye.look(question)); // who went away meanwhile does not want it
            }),
            0,
        );
        match asked {
            Ok(()) => answer.await.map_err(|_| closed(doing))?.map_err(|error| failed(doing, &error)),
            Err(_) => Err(closed(doing)),
        }
    }

    /// Answers nothing more; what was asked before is still answered.
    pub(crate) fn close(&self) {
        self.queue.close();
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
