//! Counters by the minute: what any window is a sum of.
//!
//! They are additive and move only together with the events that they count, in the same transaction, so that they equal
//! a count over the events at any moment.

use std::collections::BTreeMap;

use crate::time::Minute;

/// What is counted, `signup_client.won` for instance: a funnel and a measure of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey(pub Box<str>);

impl CounterKey {
    #[must_use]
    pub fn new(funnel: &str, measure: &str) -> Self {
        Self([funnel, ".", measure].concat().into_boxed_str())
    }

    /// The funnel's part of the key.
    #[must_use]
    pub fn funnel(&self) -> &str {
        self.0.rsplit_once('.').map_or(&*self.0, |(funnel, _)| funnel)
    }
}

/// One counter of one minute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counter {
    pub minute: Minute,
    pub key: CounterKey,
    pub count: u64,
}

/// How counters move in one transaction. What cancels out is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deltas(BTreeMap<(Minute, CounterKey), i64>);

impl Deltas {
    pub fn add(&mut self, minute: Minute, key: CounterKey, by: i64) {
        use std::collections::btree_map::Entry;
        match self.0.entry((minute, key)) {
            Entry::Vacant(place) if by != 0 => {
                place.insert(by);
            }
            Entry::Vacant(_) => {}
            Entry::Occupied(mut place) => {
                *place.get_mut() += by;
                if *place.get() == 0 {
                    place.remove();
                }
            }
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Minute, &CounterKey, i64)> {
        self.0.iter().map(|((minute, key), by)| (*minute, key, *by))
    }
}

/// Values of a dimension that browsers can fill, such as form names: the first 50 keep their name, the rest is `other`
/// (`checks.md`, Counting).
#[derive(Clone, Debug, Default)]
pub struct Dimension(std::collections::BTreeSet<Box<str>>);

/// Values that keep their own name.
pub const DIMENSION_VALUES_MAX: usize = 50;
/// What every further value is counted under.
pub const OTHER: &str = "other";

impl Dimension {
    /// A dimension that already holds `values`.
    #[must_use]
    pub fn with(values: impl IntoIterator<Item = Box<str>>) -> Self {
        Self(values.into_iter().collect())
    }

    /// The name under which `value` is counted, and whether it was admitted just now and must be remembered.
    pub fn admit<'v>(&mut self, value: &'v str) -> (&'v str, bool) {
        if self.0.contains(value) {
            (value, false)
        } else if self.0.len() < DIMENSION_VALUES_MAX {
            self.0.insert(value.into());
            (value, true)
        } else {
            (OTHER, false)
        }
    }
}

#[test]
fn the_fifty_first_value_is_other() {
    let mut forms = Dimension::default();
    for n in 0..DIMENSION_VALUES_MAX {
        assert!(forms.admit(&format!("form_{n}")).1);
    }
    assert_eq!(forms.admit("form_50"), (OTHER, false));
    assert_eq!(forms.admit("form_7"), ("form_7", false));
}

#[test]
fn deltas_that_cancel_out_are_not_there() {
    let mut deltas = Deltas::default();
    deltas.add(Minute(1), CounterKey::new("booking", "won"), 1);
    deltas.add(Minute(1), CounterKey::new("booking", "won"), -1);
    deltas.add(Minute(2), CounterKey::new("booking", "won"), 0);
    assert!(deltas.is_empty());
}
