//! The page's two clocks.

use crate::time::{Now, Tick, Timestamp};

/// This very moment. Where there is no `performance`, the wall clock stands in for what goes by.
pub(crate) fn now() -> Now {
    let wall = js_sys::Date::now();
    let tick = web_sys::window().and_then(|window| window.performance()).map_or(wall, |performance| performance.now());
    Now { wall: Timestamp(whole(wall)), tick: Tick(whole(tick).unsigned_abs()) }
}

/// Whole milliseconds of a JavaScript number.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a fraction of a millisecond is of no use; what is too large saturates"
)]
pub(crate) const fn whole(milliseconds: f64) -> i64 {
    milliseconds as i64
}
