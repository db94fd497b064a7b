//! The page's two clocks.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::time::{Now, Tick, Timestamp};

#[wasm_bindgen]
extern "C" {
    // By way of `web_sys::window()` the same call would bring a search for the global object, half a kilobyte.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn since_the_page_began() -> f64;
}

/// This very moment.
pub(crate) fn now() -> Now {
    Now { wall: Timestamp(whole(js_sys::Date::now())), tick: Tick(whole(since_the_page_began()).unsigned_abs()) }
}

/// Whole milliseconds of a JavaScript number.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a fraction of a millisecond is of no use; what is too large saturates"
)]
pub(crate) const fn whole(milliseconds: f64) -> i64 {
    milliseconds as i64
}
