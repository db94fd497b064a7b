//! Facts about the loops: what was judged, what was sent, what went wrong.

use metrics::{counter, describe_counter};
use vigie_domain::alert::Transition;
use vigie_store::StoreError;

use super::Fact;

const JUDGED: &str = "vigie_checks_judged_total";
const TRANSITIONS: &str = "vigie_alert_transitions_total";
const MESSAGES: &str = "vigie_messages_total";
const FAILURES: &str = "vigie_loop_failures_total";

pub(super) fn describe() {
    describe_counter!(JUDGED, "Judgements by check and verdict");
    describe_counter!(TRANSITIONS, "Alerts opened and resolved, by check");
    describe_counter!(MESSAGES, "Tries to send a message, by channel and outcome (sent, later, dead)");
    describe_counter!(FAILURES, "Rounds of a loop that failed, and loops that died and were started again");
}

/// A check was judged.
#[derive(Clone, Copy, Debug)]
pub struct CheckJudged {
    pub check_id: &'static str,
    pub verdict: &'static str,
    pub transition: Option<Transition>,
}

impl Fact for CheckJudged {
    fn record(self) {
        let Self { check_id, verdict, transition } = self;
        counter!(JUDGED, "check" => check_id, "verdict" => verdict).increment(1);
        match transition.map(Transition::as_str) {
            Some(transition) => {
                counter!(TRANSITIONS, "check" => check_id, "transition" => transition).increment(1);
                tracing::info!(check_id, verdict, transition, "alert changed");
            }
            None => tracing::debug!(check_id, verdict, "check judged"),
        }
    }
}

/// The store said no while something was to be judged. It is tried again by itself.
#[derive(Clone, Copy, Debug)]
pub struct CheckFailed<'e> {
    pub check_id: Option<&'static str>,
    pub error: &'e StoreError,
}

impl Fact for CheckFailed<'_> {
    fn record(self) {
        counter!(FAILURES, "loop" => "evaluation").increment(1);
        tracing::error!(check_id = self.check_id, error = %self.error, "a check could not be judged; it is tried again");
    }
}

/// A message was handed to its channel.
#[derive(Clone, Copy, Debug)]
pub struct MessageTried<'m> {
    pub channel: &'static str,
    pub key: &'m str,
    /// What the other side said.
    pub answer: &'m str,
    /// `sent`, `later` or `dead`.
    pub outcome: &'static str,
}

impl Fact for MessageTried<'_> {
    fn record(self) {
        let Self { channel, key, answer, outcome } = self;
        counter!(MESSAGES, "channel" => channel, "outcome" => outcome).increment(1);
        match outcome {
            "sent" => tracing::info!(channel, key, "message sent"),
            "dead" => tracing::error!(channel, key, answer, "message given up"),
            _ => tracing::warn!(channel, key, answer, "message not taken; it is tried again"),
        }
    }
}

/// The store said no while messages were to be sent. It is tried again by itself.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryFailed<'e> {
    pub error: &'e StoreError,
}

impl Fact for DeliveryFailed<'_> {
    fn record(self) {
        counter!(FAILURES, "loop" => "delivery").increment(1);
        tracing::error!(error = %self.error, "messages could not be read or written down; it is tried again");
    }
}

/// A loop ended although nobody told it to. It is started again.
#[derive(Clone, Copy, Debug)]
pub struct LoopDied {
    pub loop_name: &'static str,
}

impl Fact for LoopDied {
    fn record(self) {
        counter!(FAILURES, "loop" => self.loop_name).increment(1);
        tracing::error!(loop_name = self.loop_name, "a loop died of a mistake of ours and is started again");
    }
}
