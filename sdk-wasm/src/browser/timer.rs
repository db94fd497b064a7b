//! The one timer: it follows the core's deadline, and is set anew only when that moves.

use gloo_timers::callback::Timeout;

use crate::browser::clock;
use crate::time::Tick;

#[derive(Default)]
pub(crate) struct Timer(Option<(Tick, Timeout)>);

impl Timer {
    /// Rings at the deadline, once; without one, never.
    pub(crate) fn set(&mut self, deadline: Option<Tick>, ring: fn()) {
        if self.0.as_ref().map(|(set, _)| *set) != deadline {
            self.0 = deadline.map(|deadline| {
                let wait = deadline.since(clock::now().tick).min(LONGEST_MS);
                (deadline, Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX), ring))
            });
        }
    }

    /// It has rung: whatever the deadline is now, it has to be set again. Browsers ring a millisecond early at times.
    pub(crate) fn rung(&mut self) {
        self.0 = None;
    }
}

/// The longest wait a browser's timer knows, in ms; after it the core is simply asked again.
const LONGEST_MS: u64 = i32::MAX as u64;
