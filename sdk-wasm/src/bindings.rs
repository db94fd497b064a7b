//! The core as JavaScript sees it: the only place with `#[wasm_bindgen]`.
//!
//! Values come in flat: reading a JavaScript object here would cost more bytes than the whole core (`peers.md`, 2). The host
//! does what the core asks for, and must not call back before it has returned: the core is in use until then.

use std::cell::{Cell, RefCell};

use serde::Serializer;
use vigie_protocol::LostReason;
use wasm_bindgen::prelude::*;

use crate::browser::{clock, console, timer::Timer};
use crate::event::unknown_words;
use crate::said::Said;
use crate::settings::Head;
use crate::{Action, Answer, Core, Input, Mode, SendId, Stats, Timestamp};

#[wasm_bindgen]
extern "C" {
    /// What the page does for the core (`npm/src/core.ts`).
    pub type Host;

    /// Posts a body and answers with [`answered`] later. Mode 0 is ordinary, 1 outlives the page, 2 is a beacon.
    #[wasm_bindgen(method, structural)]
    fn send(this: &Host, id: u32, body: &str, mode: u8);

    /// Tells who waits for `flush()`.
    #[wasm_bindgen(method, structural)]
    fn flushed(this: &Host, delivered: bool);
}

struct Page {
    core: Core,
    host: Host,
    timer: Timer,
    debug: bool,
}

thread_local! {
    /// Never dropped: a page has one core, and the code that would take it down is bytes for nothing.
    static PAGE: Cell<Option<&'static RefCell<Page>>> = const { Cell::new(None) };
}

/// Why a column was left out.
const UNKNOWN_WORD: &str = "unknown";

/// Starts the core. `seed` is chance from the page, in two halves; `settings` are joined (`Head::from_joined`).
#[wasm_bindgen]
pub fn start(host: Host, seed: u32, more_seed: u32, settings: &str, debug: bool) {
    let head = Head::from_joined(settings, |name| {
        if debug {
            console::warn(name, UNKNOWN_WORD);
        }
    });
    let core = Core::with_head(head, u64::from(seed) << 32 | u64::from(more_seed));
    let page = Page { core, host, timer: Timer::default(), debug };
    PAGE.set(Some(Box::leak(Box::new(RefCell::new(page)))));
}

/// Records a call that was made at `at`; `joined` is its id, event type and columns (`Said::from_joined`).
#[wasm_bindgen]
pub fn track(joined: &str, at: f64) {
    with_page(|page| {
        let said = Said::from_joined(joined, Timestamp(clock::whole(at)));
        if page.debug {
            unknown_words(&said).for_each(|column| console::warn(column.as_str(), UNKNOWN_WORD));
        }
        if let Err(refused) = page.core.hear(&said, clock::now())
            && page.debug
        {
            console::warn(refused.field, refused.reason.as_str());
        }
    });
}

/// What a request came to; no status is no answer, no `retry_after_ms` is below 0.
#[wasm_bindgen]
pub fn answered(id: u32, status: u16, retry_after_ms: f64, accepted: u32, duplicates: u32, refused: u32) {
    let retry_after_ms = (retry_after_ms >= 0.0).then(|| clock::whole(retry_after_ms).unsigned_abs());
    handle(Input::Answered(SendId(id), Answer { status, retry_after_ms, accepted, duplicates, refused }));
}

/// The page is out of sight.
#[wasm_bindgen]
pub fn hidden() {
    handle(Input::Hidden);
}

/// The page is left.
#[wasm_bindgen]
pub fn leave() {
    handle(Input::PageHide);
}

/// The network is there again.
#[wasm_bindgen]
pub fn online() {
    handle(Input::Online);
}

/// Sends what waits; [`Host::flushed`] tells how it went.
#[wasm_bindgen]
pub fn flush() {
    handle(Input::Flush);
}

/// The visitor said no. That later calls are not recorded follows from the consent that each of them says.
#[wasm_bindgen]
pub fn forget() {
    with_page(|page| page.core.forget());
}

/// Counts what was lost before the core was there: events that found no room, and events that the visitor did not want.
#[wasm_bindgen]
pub fn lost(overflowed: u32, unwanted: u32) {
    with_page(|page| {
        page.core.give_up(LostReason::QueueFull, overflowed as usize);
        page.core.give_up(LostReason::NoConsent, unwanted as usize);
    });
}

/// What became of all that was tracked, as an object.
#[wasm_bindgen]
pub fn stats() -> JsValue {
    let mut stats = Stats::default();
    with_page(|page| stats = page.core.stats());
    // As a map, not as a struct: the names of a struct's fields would bring a cache with a hash table.
    let counts = [
        ("waiting", stats.waiting),
        ("inFlight", stats.in_flight),
        ("accepted", stats.accepted),
        ("duplicates", stats.duplicates),
        ("refused", stats.refused),
        ("lost", LostReason::ALL.iter().map(|reason| stats.lost.count(*reason)).sum()),
    ];
    serde_wasm_bindgen::Serializer::json_compatible().collect_map(counts).unwrap_or_default()
}

fn handle(input: Input) {
    with_page(|page| page.handle(input));
}

fn rung() {
    with_page(|page| {
        page.timer.rung();
        page.handle(Input::Tick);
    });
}

impl Page {
    fn handle(&mut self, input: Input) {
        self.core.handle(input, clock::now());
        while let Some(action) = self.core.poll_action() {
            match action {
                Action::Send { id, body, mode } => self.host.send(id.0, &body, number(mode)),
                Action::Flushed { delivered } => self.host.flushed(delivered),
            }
        }
    }
}

/// Does something with the page, if it was started, and sets its one timer. A host that calls back too early is not heard.
fn with_page(act: impl FnOnce(&mut Page)) {
    if let Some(page) = PAGE.get()
        && let Ok(mut page) = page.try_borrow_mut()
    {
        act(&mut page);
        let deadline = page.core.deadline().map(|(tick, _)| tick);
        page.timer.set(deadline, rung);
    }
}

const fn number(mode: Mode) -> u8 {
    match mode {
        Mode::Ordinary => 0,
        Mode::Keepalive => 1,
        Mode::Beacon => 2,
    }
}
