//! The events that wait, oldest first, under a limit: a page whose collector is gone must not eat the visitor's memory.
//!
//! When it is full the newest is refused, so that the beginnings of a visit stay whole.

use std::collections::VecDeque;

use vigie_protocol::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, WAITING_EVENTS_MAX};

use crate::event::Event;
use crate::time::Tick;

/// Bytes that may wait.
const BYTES_MAX: usize = 2 * BATCH_BYTES_MAX;
/// Bytes of a batch outside of its events, at most: settings, context, report.
pub(crate) const HEAD_BYTES_MAX: usize = 8 * 1024;

#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    events: VecDeque<Event>,
    bytes: usize,
}

impl Queue {
    /// Adds an event at the end, or gives it back if there is no room.
    pub(crate) fn push(&mut self, event: Event) -> Result<(), Event> {
        if self.events.len() >= WAITING_EVENTS_MAX || self.bytes + event.bytes() > BYTES_MAX {
            return Err(event);
        }
        self.bytes += event.bytes();
        self.events.push_back(event);
        Ok(())
    }

    /// Puts an event back in front that was taken and not delivered. It had its room before.
    pub(crate) fn put_back(&mut self, event: Event) {
        self.bytes += event.bytes();
        self.events.push_front(event);
    }

    /// Forgets all that waits, and says how many that were.
    pub(crate) fn clear(&mut self) -> usize {
        let mut forgotten = 0;
        while self.events.pop_front().is_some() {
            forgotten += 1;
        }
        self.bytes = 0;
        forgotten
    }

    /// Takes the oldest events, at most so many and as many bytes as the contract allows, head included.
    /// An event that is too large for the bytes goes alone.
    pub(crate) fn take(&mut self, events: usize, bytes: usize) -> Vec<Event> {
        let (most, mut room) =
            (events.min(BATCH_EVENTS_MAX), bytes.min(BATCH_BYTES_MAX).saturating_sub(HEAD_BYTES_MAX));
        let mut taken = Vec::new();
        while taken.len() < most && (taken.is_empty() || self.first_bytes() <= room) {
            let Some(event) = self.events.pop_front() else { break };
            room = room.saturating_sub(event.bytes() + 1);
            self.bytes -= event.bytes();
            taken.push(event);
        }
        taken
    }

    /// When the oldest began to wait.
    pub(crate) fn oldest(&self) -> Option<Tick> {
        self.events.front().map(|event| event.since)
    }

    /// Bytes of the oldest event, 0 if none waits.
    pub(crate) fn first_bytes(&self) -> usize {
        self.events.front().map_or(0, Event::bytes)
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::context::Context;

    fn event(bytes: usize) -> Event {
        Event { json: "x".repeat(bytes), context: Arc::new(Context::default()), since: Tick(0) }
    }

    #[test]
    fn a_full_queue_refuses_the_newest() {
        let mut queue = Queue::default();
        for _ in 0..WAITING_EVENTS_MAX {
            assert!(queue.push(event(1)).is_ok());
        }
        assert!(queue.push(event(1)).is_err());
        queue.take(1, BATCH_BYTES_MAX);
        assert!(queue.push(event(1)).is_ok());
        let mut heavy = Queue::default();
        while heavy.push(event(100_000)).is_ok() {}
        assert!(heavy.bytes <= BYTES_MAX && heavy.len() < 22, "{} events", heavy.len());
    }

    #[test]
    fn a_batch_keeps_to_events_and_bytes_and_a_giant_goes_alone() {
        let mut queue = Queue::default();
        for bytes in [10_000, 10_000, 90_000, 10, 10] {
            assert!(queue.push(event(bytes)).is_ok());
        }
        let sizes = |events: Vec<Event>| events.iter().map(|event| event.json.len()).collect::<Vec<_>>();
        assert_eq!(sizes(queue.take(500, 61_440)), [10_000, 10_000]);
        assert_eq!(sizes(queue.take(500, 61_440)), [90_000]);
        assert_eq!(sizes(queue.take(1, 61_440)), [10]);
        assert_eq!((queue.len(), queue.bytes), (1, event(10).bytes()));
        let rest = queue.take(9, 61_440);
        rest.into_iter().rev().for_each(|event| queue.put_back(event));
        assert_eq!((queue.len(), queue.bytes), (1, event(10).bytes()));
    }
}
