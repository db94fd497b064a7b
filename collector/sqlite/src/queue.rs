//! What waits for the writer: bounded by weight, drained in groups.
//!
//! Weight is about bytes of memory. Only what browsers send has any: the collector's own few operations are never refused,
//! or a flood of events would stop the alerts that should tell of it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    weight_max: usize,
}

struct State<T> {
    waiting: VecDeque<(T, usize)>,
    weight: usize,
    closed: bool,
}

/// Why something may not wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Full,
    Closed,
}

impl<T> Queue<T> {
    pub(crate) const fn new(weight_max: usize) -> Self {
        let state = State { waiting: VecDeque::new(), weight: 0, closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), weight_max }
    }

    /// Lets something wait, unless its weight and what waits already are too much together.
    pub(crate) fn push(&self, item: T, weight: usize) -> Result<(), Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        let is_full = state.weight > 0 && state.weight.saturating_add(weight) > self.weight_max;
        if weight > 0 && is_full {
            return Err(Refused::Full);
        }
        state.weight += weight;
        state.waiting.push_back((item, weight));
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits until something is there and takes what may go together: at most so many, and about so much weight. Says
    /// whether there was anything; there is not only once the queue is closed and empty.
    pub(crate) fn drain(&self, taken: &mut Vec<T>, count_max: usize, weight_max: usize) -> bool {
        let mut state = self.state();
        while state.waiting.is_empty() && !state.closed {
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut weight = 0;
        while taken.len() < count_max && weight < weight_max {
            let Some((item, its_weight)) = state.waiting.pop_front() else { break };
            weight += its_weight;
            taken.push(item);
        }
        state.weight -= weight;
        !taken.is_empty()
    }

    /// Takes nothing more; what waits is still drained.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
    }

    /// Takes nothing more and drops what waits.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        state.closed = true;
        state.weight = 0;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.filled.notify_all();
        drop(waiting); // whoever waits for an answer learns it now
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[test]
fn what_has_weight_is_refused_when_the_queue_is_full_and_what_has_none_never() {
    let queue = Queue::new(10);
    assert_eq!(queue.push('a', 25), Ok(()), "alone, anything may wait");
    assert_eq!(queue.push('b', 1), Err(Refused::Full));
    assert_eq!(queue.push('c', 0), Ok(()));
    let mut taken = Vec::new();
    assert!(queue.drain(&mut taken, 8, 100));
    assert_eq!(taken, ['a', 'c']);
    assert_eq!(queue.push('d', 6), Ok(()));
    assert_eq!(queue.push('e', 5), Err(Refused::Full));
    queue.close();
    assert_eq!(queue.push('f', 0), Err(Refused::Closed));
    taken.clear();
    assert!(queue.drain(&mut taken, 8, 100), "what waits is still drained");
    assert!(!queue.drain(&mut Vec::new(), 8, 100));
}

#[test]
fn a_group_ends_with_its_count_or_its_weight() {
    let queue = Queue::new(100);
    for item in 0..6 {
        queue.push(item, 2).unwrap();
    }
    let mut taken = Vec::new();
    queue.drain(&mut taken, 2, 100);
    assert_eq!(taken, [0, 1]);
    queue.drain(&mut taken, 9, 5);
    assert_eq!(taken, [0, 1, 2, 3, 4]);
}
