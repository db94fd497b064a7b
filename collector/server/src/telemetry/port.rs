//! Facts about the port and the process: started, stopped, refused, an operator's act, a panic.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{counter, describe_counter};
use vigie_protocol::outcome::ProblemCode;
use vigie_store::StoreError;

use super::Fact;

const PROBLEMS: &str = "vigie_problems_total";
const PANICS: &str = "vigie_panics_total";
const ACTS: &str = "vigie_alert_acts_total";
const STORE_FAILURES: &str = "vigie_store_failures_total";
const ACCEPT_FAILURES: &str = "vigie_accept_failures_total";

pub(super) fn describe() {
    describe_counter!(PROBLEMS, "Requests that were not done, by the code of the problem");
    describe_counter!(PANICS, "Mistakes of the collector's own: all of them, and those that a request ran into");
    describe_counter!(STORE_FAILURES, "Requests to which the store said no");
    describe_counter!(ACTS, "What operators did to alerts");
    describe_counter!(ACCEPT_FAILURES, "Connections that could not be accepted");
}

/// A request was answered with a problem. Logged only at `debug`: a flood of them is to fill no disk.
#[derive(Clone, Copy, Debug)]
pub struct RequestRefused<'r> {
    pub code: ProblemCode,
    pub detail: &'r str,
}

impl Fact for RequestRefused<'_> {
    fn record(self) {
        let code = self.code.as_str();
        counter!(PROBLEMS, "code" => code).increment(1);
        tracing::debug!(code, detail = self.detail, "request refused");
    }
}

/// The store said no to a request. Who asked comes again; the cause is the operator's to mend.
#[derive(Clone, Copy, Debug)]
pub struct StoreFailed<'e> {
    pub error: &'e StoreError,
}

impl Fact for StoreFailed<'_> {
    fn record(self) {
        static FAILED: AtomicU64 = AtomicU64::new(0);
        counter!(STORE_FAILURES).increment(1);
        let times = FAILED.fetch_add(1, Ordering::Relaxed) + 1;
        // The first, and ever more seldom: where the disk is full the log has no room either.
        if times.is_power_of_two() || times.is_multiple_of(10_000) {
            tracing::error!(error = %self.error, times, "the store said no to a request");
        }
    }
}

/// A handler panicked; who asked got a problem, everybody else noticed nothing. Where and why says [`PanicSeen`].
#[derive(Clone, Copy, Debug)]
pub struct Panicked;

impl Fact for Panicked {
    fn record(self) {
        counter!(PANICS, "where" => "request").increment(1);
        tracing::error!("a request ran into a mistake of ours");
    }
}

/// Something panicked, wherever it was.
#[derive(Clone, Debug)]
pub struct PanicSeen {
    /// File and line.
    pub location: String,
    pub message: String,
}

impl Fact for PanicSeen {
    fn record(self) {
        counter!(PANICS, "where" => "anywhere").increment(1);
        tracing::error!(location = self.location, message = self.message, "a mistake of ours");
    }
}

/// An operator acknowledged or resolved an alert. Who it was stands on the alert.
#[derive(Clone, Copy, Debug)]
pub struct AlertActedOn<'a> {
    pub act: &'static str,
    pub check_id: &'a str,
}

impl Fact for AlertActedOn<'_> {
    fn record(self) {
        counter!(ACTS, "act" => self.act).increment(1);
        tracing::info!(act = self.act, check_id = self.check_id, "alert acted on");
    }
}

/// The system gave no connection, mostly for want of file handles.
#[derive(Clone, Copy, Debug)]
pub struct AcceptFailed<'e> {
    pub error: &'e std::io::Error,
}

impl Fact for AcceptFailed<'_> {
    fn record(self) {
        counter!(ACCEPT_FAILURES).increment(1);
        tracing::warn!(error = %self.error, "a connection could not be accepted; raise the limit of open files if this stays");
    }
}

/// The port is open.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    pub address: SocketAddr,
}

impl Fact for Started {
    fn record(self) {
        tracing::info!(address = %self.address, version = env!("CARGO_PKG_VERSION"), "listening");
    }
}

/// The collector was told to end.
#[derive(Clone, Copy, Debug)]
pub struct Stopping;

impl Fact for Stopping {
    fn record(self) {
        tracing::info!("stopping: no new connections, finishing what is in flight");
    }
}

/// Everything that was taken is written.
#[derive(Clone, Copy, Debug)]
pub struct Stopped;

impl Fact for Stopped {
    fn record(self) {
        tracing::info!("stopped");
    }
}

/// A way to people is not set up.
#[derive(Clone, Copy, Debug)]
pub struct ChannelOff {
    pub name: &'static str,
    /// What turns it on.
    pub variable: &'static str,
}

impl Fact for ChannelOff {
    fn record(self) {
        tracing::warn!(
            channel = self.name,
            variable = self.variable,
            "nobody is told this way; the variable turns it on"
        );
    }
}

/// A variable is set that nothing reads yet.
#[derive(Clone, Copy, Debug)]
pub struct NotUsedYet {
    pub variable: &'static str,
}

impl Fact for NotUsedYet {
    fn record(self) {
        tracing::warn!(variable = self.variable, "set, and not used yet by this build");
    }
}

/// A key or token that a patient stranger could guess.
#[derive(Clone, Copy, Debug)]
pub struct ShortKey {
    pub variable: &'static str,
}

impl Fact for ShortKey {
    fn record(self) {
        tracing::warn!(variable = self.variable, "short enough to be guessed; make it 16 random characters or more");
    }
}
