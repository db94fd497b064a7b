//! Chance from a seed that is handed in, and the ids that are made of it: UUIDv7 (RFC 9562, 5.7), written by hand.
//!
//! Surprising: this is no source of secrets. Ids need only differ, and waiting times only spread.

use crate::json::write_hexadecimal;
use crate::time::Timestamp;

/// SplitMix64: one addition and three mixings a number, and every seed is a good one.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    state: u64,
    /// The millisecond of the last id, and its count within it.
    last_id: (u64, u64),
}

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed, last_id: (0, 0) }
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit`, both included.
    pub(crate) const fn up_to(&mut self, limit: u64) -> u64 {
        self.next() % limit.saturating_add(1)
    }

    /// An id that begins with the time of its making: time-ordered ids keep the store's index warm.
    ///
    /// Within a millisecond they count up (6.2, method 1), so that what was said first sorts first.
    pub(crate) fn new_id(&mut self, now: Timestamp) -> String {
        let milliseconds = now.0.max(0).unsigned_abs();
        let (first, second) = (self.next(), self.next());
        let (latest, count) = self.last_id;
        let count = if milliseconds == latest { count + 1 } else { first >> 53 }; // half of the room is left to count in
        self.last_id = (milliseconds, count);
        let mut id = String::with_capacity(36);
        let mut part = |before: &str, number: u64, digits: u32| {
            id.push_str(before);
            write_hexadecimal(&mut id, number, digits);
        };
        part("", milliseconds >> 16, 8);
        part("-", milliseconds, 4);
        part("-7", count, 3);
        part("-", 0x8000 | (first & 0x3fff), 4);
        part("-", second, 12);
        id
    }
}

#[test]
fn an_id_is_a_uuid_of_version_7_that_tells_its_time() {
    let mut chance = Chance::new(1);
    let id = chance.new_id(Timestamp(0x0197_0000_abcd));
    assert_eq!(id.len(), 36);
    assert!(id.starts_with("01970000-abcd-7"), "{id}");
    assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "the variant of RFC 9562: {id}");
}

#[test]
fn ids_of_one_millisecond_sort_as_they_were_made() {
    let mut chance = Chance::new(9);
    let ids: Vec<String> = (0..2_000).map(|_| chance.new_id(Timestamp(1_795_000_000_000))).collect();
    assert!(ids.is_sorted(), "{ids:?}");
}
