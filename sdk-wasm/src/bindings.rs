//! The core as JavaScript sees it: the only place with `#[wasm_bindgen]`.
//!
//! Values come in flat: reading a JavaScript object here would cost more bytes than the whole core (`peers.md`, 2). The host
//! does what the core asks for, and must not call back before it has returned: the core is in use until then.

use std::cell::RefCell;

use serde::Serializer;
use vigie_protocol::{Consent, LostReason};
use wasm_bindgen::prelude::*;

use crate::browser::{clock, console, timer::Timer};
use crate::{Action, Answer, Call, Core, Input, Mode, SendId, Settings, Timestamp};

#[wasm_bindgen]
extern "C" {
    /// What the page does for the core (`npm/src/host.ts`).
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
    static PAGE: RefCell<Option<Page>> = const { RefCell::new(None) };
}

/// Starts the core. `seed` is chance from the page, in two halves.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments, reason = "values cross into WASM flat")]
pub fn start(
    host: Host,
    seed: u32,
    more_seed: u32,
    release: String,
    environment: String,
    language: String,
    traffic: String,
    referrer: String,
    debug: bool,
) {
    let settings = Settings { release, environment, language, traffic, referrer, ..Settings::default() };
    let core = Core::new(settings, u64::from(seed) << 32 | u64::from(more_seed));
    PAGE.set(Some(Page { core, host, timer: Timer::default(), debug }));
}

/// Records a call that was made at `at`; `joined` is its id, event type and columns (`Call::from_joined`).
#[wasm_bindgen]
pub fn track(joined: &str, at: f64) {
    with_page(|page| {
        let call = Call::from_joined(joined, Timestamp(clock::whole(at)));
        if let Err(refused) = page.core.track(call, clock::now())
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

/// The visitor's answer; after a no, what waits is forgotten.
#[wasm_bindgen]
pub fn consent(granted: bool) {
    with_page(|page| page.core.set_consent(if granted { Consent::Granted } else { Consent::Denied }));
}

/// Counts events that found no room before the core was there.
#[wasm_bindgen]
pub fn overflowed(events: u32) {
    with_page(|page| page.core.give_up(LostReason::QueueFull, events as usize));
}

/// What became of all that was tracked, as an object.
#[wasm_bindgen]
pub fn stats() -> JsValue {
    let stats = PAGE.with_borrow(|page| page.as_ref().map(|page| page.core.stats())).unwrap_or_default();
    // As a map, not as a struct: the names of a struct's fields would bring a cache with a hash table.
    let counts = [
        ("waiting", stats.waiting),
        ("inFlight", stats.in_flight),
        ("accepted", stats.accepted),
        ("duplicates", stats.duplicates),
        ("refused", stats.refused),
    ];
    let lost = LostReason::ALL.iter().map(|reason| (reason.as_str(), stats.lost.count(*reason)));
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    serializer.collect_map(counts.into_iter().chain(lost)).unwrap_or_default()
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

/// Does something with the page, if it was started, and sets its one timer.
fn with_page(act: impl FnOnce(&mut Page)) {
    PAGE.with_borrow_mut(|page| {
        if let Some(page) = page {
            act(page);
            page.timer.set(page.core.deadline().map(|(tick, _)| tick), rung);
        }
    });
}

const fn number(mode: Mode) -> u8 {
    match mode {
        Mode::Ordinary => 0,
        Mode::Keepalive => 1,
        Mode::Beacon => 2,
    }
}
