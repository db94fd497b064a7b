//! Time and chance: the one place where they come in.
//!
//! Everything else is given them. The system's clock serves the running collector; a test hands in its own and turns it.
//! A loop does not sleep by itself: it asks its [`Sleeper`], which ends at a moment or when its [`Signal`] is raised, so
//! that a turned clock can wake the loops in order and knows when all of them are at rest.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Notify;
use vigie_domain::time::Timestamp;

/// Wall time, and sleepers that keep to it.
pub trait Clock: Send + Sync {
    /// The moment it is.
    fn now(&self) -> Timestamp;

    /// Time that never goes back, since some start: what rates and durations are measured by. A turned clock moves both hands.
    fn tick(&self) -> Duration {
        Duration::from_millis(self.now().0.max(0).unsigned_abs())
    }

    /// A sleeper for one loop, woken by `signal` besides. The loop counts as busy until it sleeps.
    fn sleeper(&self, loop_name: &'static str, signal: Arc<Signal>) -> Box<dyn Sleeper>;
}

/// One loop's way to wait.
#[async_trait]
pub trait Sleeper: Send {
    /// Waits until the moment has come (never, without one) or the signal was raised since the last wait ended.
    async fn sleep_until(&mut self, moment: Option<Timestamp>);
}

/// "There is something to do": raised by whoever made work for a loop.
#[derive(Debug, Default)]
pub struct Signal {
    raised: AtomicU64,
    changed: Notify,
}

impl Signal {
    /// Wakes the loop, or spares it its next sleep.
    pub fn raise(&self) {
        self.raised.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// How often it was raised so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.raised.load(Ordering::SeqCst)
    }

    /// Waits until it was raised more often than `seen`, and says how often that is.
    pub async fn raised_beyond(&self, seen: u64) -> u64 {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable(); // from here on no raise is missed
            let count = self.count();
            if count > seen {
                return count;
            }
            changed.await;
        }
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[allow(clippy::disallowed_methods, reason = "the adapter through which time comes in")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since_1970.map_or(0, |span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    fn tick(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }

    fn sleeper(&self, _loop_name: &'static str, signal: Arc<Signal>) -> Box<dyn Sleeper> {
        Box::new(SystemSleeper { seen: signal.count(), signal })
    }
}

struct SystemSleeper {
    signal: Arc<Signal>,
    seen: u64,
}

#[async_trait]
impl Sleeper for SystemSleeper {
    #[allow(clippy::disallowed_methods, reason = "the adapter through which time comes in")]
    async fn sleep_until(&mut self, moment: Option<Timestamp>) {
        let Some(moment) = moment else {
            self.seen = self.signal.raised_beyond(self.seen).await;
            return;
        };
        let span = moment.since(SystemClock.now()).0.clamp(0, MAX_SLEEP_MS);
        tokio::select! {
            count = self.signal.raised_beyond(self.seen) => self.seen = count,
            () = tokio::time::sleep(std::time::Duration::from_millis(span.unsigned_abs())) => {}
        }
    }
}

/// A clock that is set back or forth is noticed after this long, in ms.
const MAX_SLEEP_MS: i64 = 60_000;

/// Where random bytes come from.
pub trait Chance: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Chance {
    /// Random bytes for one id.
    #[must_use]
    pub fn id(&self, now: Timestamp) -> vigie_domain::id::Id {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        vigie_domain::id::Id::new(now, bytes)
    }

    /// One random byte.
    #[must_use]
    pub fn byte(&self) -> u8 {
        let mut byte = [0];
        self.fill(&mut byte);
        byte[0]
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[allow(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "the adapter through which chance comes in; without randomness no key and no id can be made, and there is nothing to go on with"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}
