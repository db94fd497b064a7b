//! A clock that a test turns.
//!
//! Turning it wakes the collector's loops in the order of their deadlines and waits each time until all of them are at rest
//! again, so that a story of hours is told in milliseconds and reads the same each time. What a loop does in between, on
//! sockets and on the disk, takes the time it takes: only waiting is skipped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Notify, watch};
use vigie_collector::clock::{Clock, Signal, Sleeper};
use vigie_domain::time::{Span, Timestamp};

/// A loop that is busy for longer than this in real time hangs.
const BUSY_MAX: Duration = Duration::from_secs(30);

/// Shared by the collector and the test.
#[derive(Clone)]
pub struct TurnedClock(Arc<Shared>);

struct Shared {
    now: watch::Sender<i64>,
    loops: Mutex<Loops>,
    /// A loop went to sleep or ended.
    rested: Notify,
}

#[derive(Default)]
struct Loops {
    made: u64,
    all: BTreeMap<u64, Loop>,
}

struct Loop {
    name: &'static str,
    signal: Arc<Signal>,
    /// Raises that it has taken note of.
    seen: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Busy,
    Asleep { until: Option<Timestamp> },
}

impl Loop {
    fn is_at_rest(&self, now: Timestamp) -> bool {
        match self.state {
            State::Busy => false,
            State::Asleep { until } => until.is_none_or(|until| until > now) && self.signal.count() == self.seen,
        }
    }
}

impl TurnedClock {
    /// A clock that shows `now` until it is turned.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let (now, _) = watch::channel(now.0);
        Self(Arc::new(Shared { now, loops: Mutex::default(), rested: Notify::new() }))
    }

    /// Turns the clock forward; returns when everything that was due has been done.
    pub async fn advance(&self, span: Span) {
        let end = self.now() + span;
        loop {
            self.rest().await;
            let due = self.earliest().filter(|due| *due <= end);
            let now = due.unwrap_or(end).max(self.now());
            self.0.now.send_replace(now.0);
            if due.is_none() {
                return self.rest().await;
            }
        }
    }

    /// Waits until every loop sleeps and none has a reason to wake.
    ///
    /// # Panics
    /// When a loop stays busy for half a minute of real time, naming it.
    #[allow(clippy::panic, reason = "a story whose collector hangs is over")]
    pub async fn rest(&self) {
        let at_rest = async {
            loop {
                let rested = self.0.rested.notified();
                tokio::pin!(rested);
                rested.as_mut().enable();
                if self.busy().is_empty() {
                    return;
                }
                rested.await;
            }
        };
        if tokio::time::timeout(BUSY_MAX, at_rest).await.is_err() {
            panic!("still busy after {BUSY_MAX:?}: {:?}", self.busy());
        }
    }

    /// Waits until these loops have begun: before that a rest would mean nothing.
    ///
    /// # Panics
    /// When they have not begun within half a minute of real time.
    #[allow(clippy::panic, reason = "a story whose collector does not start is over")]
    pub async fn has_loops(&self, names: &[&str]) {
        let begun = async {
            loop {
                let changed = self.0.rested.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let running: Vec<&str> = self.loops().all.values().map(|one| one.name).collect();
                if names.iter().all(|name| running.contains(name)) {
                    return;
                }
                changed.await;
            }
        };
        if tokio::time::timeout(BUSY_MAX, begun).await.is_err() {
            panic!("not all of {names:?} have begun");
        }
    }

    fn busy(&self) -> Vec<&'static str> {
        let now = self.now();
        let loops = self.loops();
        loops.all.values().filter(|one| !one.is_at_rest(now)).map(|one| one.name).collect()
    }

    fn earliest(&self) -> Option<Timestamp> {
        let until = |one: &Loop| match one.state {
            State::Asleep { until } => until,
            State::Busy => None,
        };
        self.loops().all.values().filter_map(until).min()
    }

    fn loops(&self) -> MutexGuard<'_, Loops> {
        self.0.loops.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, id: u64, change: impl FnOnce(&mut Loop)) {
        if let Some(one) = self.loops().all.get_mut(&id) {
            change(one);
        }
        self.0.rested.notify_waiters();
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.now.borrow())
    }

    fn sleeper(&self, name: &'static str, signal: Arc<Signal>) -> Box<dyn Sleeper> {
        let mut loops = self.loops();
        loops.made += 1;
        let id = loops.made;
        loops.all.insert(id, Loop { name, signal: signal.clone(), seen: signal.count(), state: State::Busy });
        drop(loops);
        self.0.rested.notify_waiters();
        Box::new(TurnedSleeper { clock: self.clone(), id, signal, now: self.0.now.subscribe() })
    }
}

struct TurnedSleeper {
    clock: TurnedClock,
    id: u64,
    signal: Arc<Signal>,
    now: watch::Receiver<i64>,
}

#[async_trait]
impl Sleeper for TurnedSleeper {
    async fn sleep_until(&mut self, moment: Option<Timestamp>) {
        let mut seen = 0;
        self.clock.change(self.id, |one| {
            one.state = State::Asleep { until: moment };
            seen = one.seen;
        });
        let has_come = async {
            match moment {
                // The clock cannot go before its loops: they hold it.
                Some(moment) => drop(self.now.wait_for(|now| *now >= moment.0).await),
                None => std::future::pending().await,
            }
        };
        let count = tokio::select! {
            count = self.signal.raised_beyond(seen) => count,
            () = has_come => seen,
        };
        self.clock.change(self.id, |one| {
            one.seen = count;
            one.state = State::Busy;
        });
    }
}

impl Drop for TurnedSleeper {
    fn drop(&mut self) {
        self.clock.loops().all.remove(&self.id);
        self.clock.0.rested.notify_waiters();
    }
}
