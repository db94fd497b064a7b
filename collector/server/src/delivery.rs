//! The loop that sends: takes a message from the outbox, hands it to its channel, writes down what became of it.
//!
//! When to try again is the domain's (`outbox`), what an answer means the channel's (`notify`). A message that was taken
//! and whose answer was never written down, because the process died in between, is sent again: it may arrive twice then,
//! and never not at all.

use std::sync::Arc;

use vigie_domain::outbox::{Attempt, Channel, State};
use vigie_domain::time::{Span, Timestamp};
use vigie_store::StoreError;

use crate::app::App;
use crate::notify::Senders;
use crate::stop::Stop;
use crate::telemetry::{self, DeliveryFailed, MessageTried};

/// The loop's name in `/readyz`.
pub const LOOP: &str = "delivery";

/// How long to wait after the store said no.
const AFTER_FAILURE: Span = Span::seconds(5);
/// A loop that never looks is never seen to hang.
const LOOK_EVERY: Span = Span::seconds(30);

/// Sends what is due until it is told to stop.
pub async fn run(app: Arc<App>, senders: Senders, mut stop: Stop) {
    let mut sleeper = app.clock.sleeper(LOOP, app.messages_due.clone());
    while !stop.is_said() {
        let next = match round(&app, &senders, &stop).await {
            Ok(next) => {
                let latest = app.clock.now() + LOOK_EVERY;
                next.map_or(latest, |next| next.min(latest))
            }
            Err(error) => {
                telemetry::emit(DeliveryFailed { error: &error });
                app.clock.now() + AFTER_FAILURE
            }
        };
        app.pulse.beat(LOOP, app.clock.now(), Some(next));
        tokio::select! {
            () = stop.said() => {}
            () = sleeper.sleep_until(Some(next)) => {}
        }
    }
}

/// Sends everything that is due, one after the other, and says when the next is. One at a time, so that no claim runs out
/// while its message waits behind a slow one.
async fn round(app: &App, senders: &Senders, stop: &Stop) -> Result<Option<Timestamp>, StoreError> {
    while !stop.is_said() {
        let Some(entry) = app.store.claim_messages(app.clock.now(), 1).await?.pop() else { break };
        let attempt = senders.send(&entry).await;
        let (channel, was_sent) = (entry.channel, matches!(attempt, Attempt::Sent { .. }));
        let entry = entry.tried(attempt, app.clock.now(), app.chance.byte());
        telemetry::emit(MessageTried {
            channel: Channel::as_str(channel),
            key: &entry.key,
            answer: entry.answer.as_deref().unwrap_or_default(),
            outcome: match entry.state {
                State::Sent if was_sent => "sent",
                State::Dead => "dead",
                State::Sent | State::Waiting => "later",
            },
        });
        app.store.settle_message(entry).await?;
    }
    app.store.next_message_due().await
}
