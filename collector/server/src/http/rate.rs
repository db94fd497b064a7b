//! How much may come: batches by address and by key, and wrong keys by address.
//!
//! Batches go through `governor` (GCRA: so many a second on and on, so many at once). Wrong keys have a counter of their
//! own, because who guesses has to be turned away *before* the guess is looked at.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use vigie_domain::time::Span;
use vigie_protocol::outcome::ProblemCode;

use super::peer::neighbourhood;
use super::problem::Problem;
use crate::clock::Clock;
use crate::config::{Config, Rate};

/// Every limit of the port.
pub(super) struct Limits {
    by_address: Option<Limiter<IpAddr>>,
    by_key: Option<Limiter<usize>>,
    /// Wrong public or server keys, by address.
    pub(super) wrong_keys: Guesses,
    /// Wrong admin tokens, by address.
    pub(super) wrong_tokens: Guesses,
}

impl Limits {
    #[must_use]
    pub(super) fn new(config: &Config, clock: &Arc<dyn Clock>) -> Self {
        Self {
            by_address: config.rate_per_address.and_then(|rate| Limiter::new(rate, clock.clone())),
            by_key: config.rate_per_key.and_then(|rate| Limiter::new(rate, clock.clone())),
            wrong_keys: Guesses::new(clock.clone(), Duration::from_secs(1), 60),
            wrong_tokens: Guesses::new(clock.clone(), Duration::from_secs(6), 20),
        }
    }

    /// Takes one batch off what an address may send.
    ///
    /// # Errors
    /// When it has sent too much.
    pub(super) fn take_from_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.by_address.as_ref().map_or(Ok(()), |limiter| limiter.take(&neighbourhood(address), "this address"))
    }

    /// Takes one batch off what the key at this place in its list may send.
    ///
    /// # Errors
    /// When too much was sent with it.
    pub(super) fn take_from_key(&self, key: usize) -> Result<(), Problem> {
        self.by_key.as_ref().map_or(Ok(()), |limiter| limiter.take(&key, "this key"))
    }
}

/// The collector's clock as governor reads it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.tick().into()
    }
}

struct Limiter<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Nanos>>,
    clock: Ticks,
    taken: AtomicU32,
}

/// After so many batches those who have not come for a while are forgotten.
const FORGET_EVERY: u32 = 4_096;

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(rate: Rate, clock: Arc<dyn Clock>) -> Option<Self> {
        let (per_second, burst) = (NonZeroU32::new(rate.per_second)?, NonZeroU32::new(rate.burst)?);
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let clock = Ticks(clock);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Some(Self { limiter, clock, taken: AtomicU32::new(0) })
    }

    fn take(&self, key: &K, whose: &str) -> Result<(), Problem> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        let Err(refused) = self.limiter.check_key(key) else { return Ok(()) };
        Err(too_many(whose, refused.wait_time_from(self.clock.now())))
    }
}

/// Wrong guesses by address: a few are mistakes, many are an attack.
pub(super) struct Guesses {
    clock: Arc<dyn Clock>,
    /// How long one wrong guess weighs.
    weighs: Duration,
    /// So many at once may be wrong.
    at_once: u32,
    /// For each address the moment at which all its guesses are forgotten.
    forgotten_at: Mutex<HashMap<IpAddr, Duration>>,
}

impl Guesses {
    fn new(clock: Arc<dyn Clock>, weighs: Duration, at_once: u32) -> Self {
        Self { clock, weighs, at_once, forgotten_at: Mutex::default() }
    }

    /// Whether an address may guess at all.
    ///
    /// # Errors
    /// When it was wrong too often.
    pub(super) fn may_guess(&self, address: IpAddr) -> Result<(), Problem> {
        let now = self.clock.tick();
        let guesses = self.forgotten_at.lock().unwrap_or_else(PoisonError::into_inner);
        let burden = guesses.get(&neighbourhood(address)).map_or(Duration::ZERO, |moment| moment.saturating_sub(now));
        let bearable = self.weighs * self.at_once.saturating_sub(1);
        if burden <= bearable { Ok(()) } else { Err(too_many("this address with wrong keys", burden - bearable)) }
    }

    /// It was wrong once more.
    pub(super) fn was_wrong(&self, address: IpAddr) {
        let now = self.clock.tick();
        let mut guesses = self.forgotten_at.lock().unwrap_or_else(PoisonError::into_inner);
        if guesses.len() >= ADDRESSES_MAX {
            guesses.retain(|_, moment| *moment > now);
        }
        if guesses.len() < ADDRESSES_MAX {
            let moment = guesses.entry(neighbourhood(address)).or_insert(now);
            *moment = (*moment).max(now) + self.weighs;
        }
    }
}

/// Addresses whose guesses are remembered, so that nobody fills the memory with them.
const ADDRESSES_MAX: usize = 100_000;

fn too_many(whose: &str, wait: Duration) -> Problem {
    let wait = Span(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
    Problem::new(ProblemCode::RateLimited, format!("too much came from {whose}; wait as long as Retry-After says"))
        .retry_after(wait)
}
