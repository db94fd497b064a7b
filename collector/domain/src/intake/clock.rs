//! When an event happened by our clock, given that the browser's may be wrong.
//!
//! The browser says when it sent the batch; the offset between that and the receipt corrects each event's time. Nothing
//! happens later than it is received.

use vigie_protocol::RefusalCode;
use vigie_protocol::limits::{EVENT_AGE_MAX_MS, ID_TIME_TOLERANCE_MS};

use super::fields::Refused;
use crate::id::Id;
use crate::time::{Span, Timestamp};

/// One batch's view of time.
#[derive(Clone, Copy)]
pub(super) struct BrowserClock {
    sent_at: Timestamp,
    received_at: Timestamp,
}

impl BrowserClock {
    pub(super) fn new(sent_at: Timestamp, received_at: Timestamp) -> Self {
        Self { sent_at, received_at }
    }

    /// The event's time by our clock. Without one of its own it happened when it was sent. Its id must have been made at the
    /// same time by the same clock: random ids would cost the store five times the work.
    pub(super) fn correct(self, happened_at: Option<Timestamp>, id: Id) -> Result<Timestamp, Refused> {
        let happened_at = happened_at.unwrap_or(self.sent_at);
        let offset = self.received_at.since(self.sent_at);
        let corrected = (happened_at + offset).min(self.received_at);
        if self.received_at.since(corrected) > Span(EVENT_AGE_MAX_MS) {
            return Err(Refused::new("timestamp", RefusalCode::TooOld, "the event is older than 7 days"));
        }
        if id.made_at().since(happened_at).0.saturating_abs() > ID_TIME_TOLERANCE_MS {
            let reason = "the id's own time is more than an hour from the event's timestamp";
            return Err(Refused::new("id", RefusalCode::IdTime, reason));
        }
        Ok(corrected)
    }
}

#[test]
fn a_browser_whose_clock_is_wrong_tells_the_right_order_and_distance() {
    let hour = 3_600_000;
    let received = Timestamp(1_795_000_000_000);
    let id = |at: i64| Id::new(Timestamp(at), [0; 10]);
    for (offset, before_sending, expected) in [
        (0, 4_000, Ok(received.0 - 4_000)),
        (-3 * hour, 4_000, Ok(received.0 - 4_000)), // three hours slow
        (1_000 * hour, 4_000, Ok(received.0 - 4_000)),
        (0, -4_000, Ok(received.0)), // later than its own sending: not later than its receipt
        (0, 7 * 24 * hour, Ok(received.0 - 7 * 24 * hour)),
        (0, 7 * 24 * hour + 1, Err(RefusalCode::TooOld)),
    ] {
        let sent = received.0 + offset;
        let happened = sent - before_sending;
        let clock = BrowserClock::new(Timestamp(sent), received);
        let corrected = clock.correct(Some(Timestamp(happened)), id(happened));
        assert_eq!(corrected.map(|at| at.0).map_err(|refused| refused.code), expected, "{offset} {before_sending}");
    }
    let clock = BrowserClock::new(received, received);
    assert!(clock.correct(None, id(received.0 - hour)).is_ok());
    assert_eq!(clock.correct(None, id(received.0 - hour - 1)).map_err(|it| it.code), Err(RefusalCode::IdTime));
    assert_eq!(
        clock.correct(Some(Timestamp(i64::MAX)), id(received.0)).map_err(|it| it.code),
        Err(RefusalCode::IdTime)
    );
}
