//! What the browser lends: its clocks, one timer, its console. Requests are the host's (`npm/src/core.ts`), whose few lines
//! of JavaScript cost a quarter of what they cost through WASM (`peers.md`, 2).

pub(crate) mod clock;
pub(crate) mod console;
mod memory;
pub(crate) mod timer;
