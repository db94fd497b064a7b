//! The channels to people: one file each, which translates a message, sends it, and classifies the answer.

pub mod slack;

use vigie_domain::outbox::{Attempt, Channel, Entry};

use self::slack::Slack;

/// The channels that are configured.
#[derive(Clone, Debug, Default)]
pub struct Senders {
    pub slack: Option<Slack>,
}

impl Senders {
    /// Hands a message to its channel.
    pub async fn send(&self, entry: &Entry) -> Attempt {
        match (entry.channel, &self.slack) {
            (Channel::Slack, Some(slack)) => slack.send(&entry.key, &entry.message).await,
            // It was configured when the message was written and may be again.
            (Channel::Slack, None) => Attempt::Later { answer: "Slack is not configured".to_owned(), after: None },
        }
    }
}
