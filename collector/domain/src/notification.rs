//! Who is told what: from something that happened to an alert to the messages that go into the outbox.
//!
//! The matrix is the seed's, section 7. How a message looks in a channel is the channel's.

use serde::{Deserialize, Serialize};

use crate::alert::{Alert, Transition};
use crate::outbox::{Channel, Entry, State};
use crate::text::Texts;
use crate::time::{Span, Timestamp};
use crate::verdict::{Finding, Severity};

/// What a person reads, whatever the channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub severity: Severity,
    pub resolved: bool,
    /// One line: severity or "resolved", site, title.
    pub heading: String,
    pub text: String,
    /// Numbers with their names.
    pub facts: Vec<Fact>,
    /// Headed paragraphs: impact, what to do.
    pub paragraphs: Vec<Fact>,
    pub link: Option<Link>,
    /// What identifies it to a reader: check, time.
    pub footer: String,
}

/// A name and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub name: String,
    pub url: String,
}

/// How long a resolution by hand can be taken back; its message waits for that.
pub const UNDO_FOR: Span = Span::seconds(10);

/// What the messages need to know besides the alert.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The channels that are configured.
    pub channels: Vec<Channel>,
    /// The shop's name in messages.
    pub site: String,
    /// Where messages link to, without a slash at the end.
    pub dashboard_url: Option<String>,
}

/// The outbox entries about what happened to an alert. `finding` is what opened it.
#[must_use]
pub fn messages(
    transition: Transition,
    alert: &Alert,
    finding: Option<&Finding>,
    audience: &Audience,
    texts: &Texts,
    now: Timestamp,
) -> Vec<Entry> {
    let due_at = match transition {
        Transition::ResolvedByHand => now + UNDO_FOR,
        Transition::Opened | Transition::ResolvedByClock => now,
    };
    let told = audience.channels.iter().filter(|channel| is_told(alert.severity, **channel));
    told.map(|channel| Entry {
        key: format!("{}:{}:{}:default", alert.id, transition.as_str(), channel.as_str()),
        alert_id: alert.id,
        transition,
        channel: *channel,
        message: texts.message(transition, alert, finding, audience),
        created_at: now,
        due_at,
        attempts: 0,
        state: State::Waiting,
        answer: None,
        sent_at: None,
    })
    .collect()
}

/// The matrix: who is told of which severity.
const fn is_told(severity: Severity, channel: Channel) -> bool {
    match channel {
        Channel::Slack => matches!(severity, Severity::Warning | Severity::Critical | Severity::Emergency),
    }
}
