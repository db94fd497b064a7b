//! Messages on their way: each is written with the alert it tells of, in one transaction, and tried until it is taken or
//! given up.
//!
//! The key says what is told to whom, so that the same thing is never written twice. When to try again stands here; what
//! a channel's answer means stands with the channel.

use serde::{Deserialize, Serialize};

use crate::alert::Transition;
use crate::id::Id;
use crate::notification::Message;
use crate::time::{Span, Timestamp};

/// One message to one recipient of one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// `alert:transition:channel:recipient`.
    pub key: String,
    pub alert_id: Id,
    pub transition: Transition,
    pub channel: Channel,
    pub message: Message,
    pub created_at: Timestamp,
    /// When it is to be tried next.
    pub due_at: Timestamp,
    /// Tries so far.
    pub attempts: u32,
    pub state: State,
    /// What the other side answered last.
    pub answer: Option<String>,
    pub sent_at: Option<Timestamp>,
}

/// A way to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Slack,
}

impl Channel {
    /// The part of an outbox key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
        }
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Waiting,
    Sent,
    /// Given up: refused for good, or nobody took it for a day.
    Dead,
}

/// What a channel's answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The other side took it.
    Sent { answer: String },
    /// It may take it later, if it said so after this span.
    Later { answer: String, after: Option<Span> },
    /// It never will.
    Never { answer: String },
}

/// The longest wait between two tries.
const WAIT_MAX: Span = Span::minutes(5);
/// The longest wait that a channel may ask for.
const ASKED_WAIT_MAX: Span = Span::hours(1);
/// After this long without success a message is given up.
pub const GIVE_UP_AFTER: Span = Span::hours(24);

impl Entry {
    /// The message after one more try. `chance` spreads the waits: 0 to 255 is half to the whole of the wait.
    #[must_use]
    pub fn tried(mut self, attempt: Attempt, now: Timestamp, chance: u8) -> Self {
        self.attempts += 1;
        match attempt {
            Attempt::Sent { answer } => {
                self.state = State::Sent;
                self.sent_at = Some(now);
                self.answer = Some(answer);
            }
            Attempt::Never { answer } => {
                self.state = State::Dead;
                self.answer = Some(answer);
            }
            Attempt::Later { answer, after } => {
                let ours = wait(self.attempts, chance);
                // A peer's word counts, but neither hurries us into a loop nor puts an alert off for a day.
                self.due_at = now + after.map_or(ours, |theirs| theirs.clamp(ours, ASKED_WAIT_MAX));
                self.answer = Some(answer);
                if now.since(self.created_at) >= GIVE_UP_AFTER {
                    self.state = State::Dead;
                }
            }
        }
        self
    }
}

/// 1 s, doubled with each try up to five minutes, of which chance takes up to half away.
fn wait(attempts: u32, chance: u8) -> Span {
    let whole = Span::seconds(1 << attempts.saturating_sub(1).min(16)).min(WAIT_MAX);
    Span(whole.0 / 2 + whole.0 / 2 * i64::from(chance) / 255)
}

#[test]
fn waits_double_up_to_five_minutes_and_chance_takes_at_most_half() {
    for (attempts, shortest, longest) in
        [(1, 500, 1_000), (2, 1_000, 2_000), (5, 8_000, 16_000), (40, 150_000, 300_000)]
    {
        assert_eq!((wait(attempts, 0).0, wait(attempts, 255).0), (shortest, longest), "try {attempts}");
    }
}

#[test]
fn a_channel_may_ask_for_patience_within_reason() {
    let now = Timestamp(1_795_000_000_000);
    let waiting = |asked: Option<i64>| {
        let entry = Entry {
            key: "k".to_owned(),
            alert_id: Id([1; 16]),
            transition: Transition::Opened,
            channel: Channel::Slack,
            message: Message {
                severity: crate::verdict::Severity::Critical,
                resolved: false,
                heading: String::new(),
                text: String::new(),
                facts: Vec::new(),
                paragraphs: Vec::new(),
                link: None,
                footer: String::new(),
            },
            created_at: now,
            due_at: now,
            attempts: 0,
            state: State::Waiting,
            answer: None,
            sent_at: None,
        };
        let later = Attempt::Later { answer: "429".to_owned(), after: asked.map(Span::seconds) };
        entry.tried(later, now, 255).due_at.since(now)
    };
    for (asked, waits) in [(None, 1), (Some(0), 1), (Some(30), 30), (Some(i64::from(u32::MAX)), 3_600)] {
        assert_eq!(waiting(asked), Span::seconds(waits), "{asked:?}");
    }
}
