//! What the collector says about itself: `emit(a fact)` logs it and counts it, in one statement, where it is handled.
//!
//! A fact is a struct; the file of its room says what it counts and what it logs. No fact bears personal data: no address, no
//! session, no text that a visitor wrote. Which lines are shown is `RUST_LOG`'s (`info` without it).

mod intake;
mod loops;
mod port;

use std::sync::LazyLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

pub use intake::{BatchAnswered, EventRefused, EventsLost, EventsStored, TextsCut};
pub use loops::{CheckFailed, CheckJudged, DeliveryFailed, LoopDied, MessageTried};
pub use port::{
    AcceptFailed, AlertActedOn, ChannelOff, NotUsedYet, PanicSeen, Panicked, RequestRefused, ShortKey, Started,
    Stopped, Stopping, StoreFailed,
};

/// Something that happened and is worth a line, a count, or both.
pub trait Fact {
    /// Writes the line and moves the counts.
    fn record(self);
}

/// Says that something happened.
pub fn emit(fact: impl Fact) {
    fact.record();
}

/// Upper bounds of the histograms of seconds: from a batch that waits for no disk to one that waits too long.
const SECONDS: [f64; 11] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

static METRICS: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new();
    // Only an empty list of bounds is refused.
    let recorder = match builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS) {
        Ok(builder) => builder.build_recorder(),
        Err(_) => PrometheusBuilder::new().build_recorder(),
    };
    let handle = recorder.handle();
    // Another recorder is there already only where a test brings its own.
    let _ = metrics::set_global_recorder(recorder);
    intake::describe();
    loops::describe();
    port::describe();
    handle
});

/// The process's counts, as Prometheus reads them. The first call begins the counting.
#[must_use]
pub fn metrics() -> &'static PrometheusHandle {
    &METRICS
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// One JSON object a line, for whatever gathers them.
    Json,
    /// For a person at a terminal.
    Readable,
}

/// Begins to write the log to standard error, panics included. A second call changes nothing.
pub fn write_log(lines: Lines) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let begun = match lines {
        Lines::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
        Lines::Readable => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            builder.with_target(false).with_ansi(colours).compact().try_init()
        }
    };
    if begun.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map_or_else(String::new, ToString::to_string);
            let message = panic.payload_as_str().unwrap_or("no message").to_owned();
            emit(PanicSeen { location, message });
        }));
    }
}
