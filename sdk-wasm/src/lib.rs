//! What runs in the browser: calls become events, events become batches, and batches are delivered.
//!
//! Built for a page it is WASM behind the npm package's face, and `bindings` is the only place that JavaScript sees. Built
//! natively it is a visitor without a browser, which scenarios and benchmarks drive: the same events, the same batches, the
//! same retries, with time and chance handed in.
//!
//! ```
//! use vigie_sdk::{Action, Answer, Context, Core, Input, Now, Settings, funnel};
//!
//! let mut visitor = Core::new(&Settings::default(), 42);
//! visitor.set_context(Context::of_session("a-session"));
//! visitor.track(funnel::signup_form_start("client"), Now::at(1_000)).unwrap();
//!
//! // Nothing goes yet: the event waits for company until the deadline.
//! let (due, _why) = visitor.deadline().unwrap();
//! assert_eq!(due.0, 6_000);
//! visitor.handle(Input::Tick, Now::at(6_000));
//! let Some(Action::Send { id, body, .. }) = visitor.poll_action() else { panic!("a batch is due") };
//! assert!(body.contains("signup_form_start"));
//!
//! // Post `body`, and hand back what the collector said.
//! visitor.handle(Input::Answered(id, Answer { status: 202, accepted: 1, ..Answer::default() }), Now::at(6_020));
//! assert_eq!(visitor.stats().accepted, 1);
//! ```

#![allow(
    clippy::single_char_add_str,
    reason = "a text costs fewer bytes in WASM than a character that has to be encoded"
)]

mod backoff;
mod batch;
mod call;
mod chance;
mod context;
mod core;
mod delivery;
mod event;
mod form;
pub mod funnel;
mod joined;
mod json;
mod lost;
mod privacy;
mod queue;
mod said;
mod settings;
mod shell;
mod time;

#[cfg(target_arch = "wasm32")]
pub mod bindings;
#[cfg(target_arch = "wasm32")]
mod browser;

pub use call::Call;
pub use context::Context;
pub use core::{Core, Input, Stats};
pub use event::NotTracked;
pub use lost::Lost;
pub use settings::{SDK, Settings};
pub use shell::{Action, Answer, Mode, SendId, Why};
pub use time::{Now, Tick, Timestamp};
