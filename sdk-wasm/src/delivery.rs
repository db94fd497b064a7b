//! Brings events to the collector: when a batch goes, what an answer means, what is tried again and what is given up.
//!
//! A machine without I/O: it is told what happened and when, and says what to do and when it wants to be asked again.
//! Surprising: one ordinary request is out at a time, so that a slow collector is not flooded; but when the page goes, or
//! out of sight, all goes at once, also what is out and not answered. An event may so arrive twice: its id makes it count once.

use vigie_protocol::LostReason;
use vigie_protocol::limits::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EVENT_AGE_MAX_MS, KEEPALIVE_BYTES_MAX, SEND_AFTER_MS, SEND_AT_EVENTS,
};

use crate::backoff;
use crate::batch;
use crate::chance::Chance;
use crate::context::Context;
use crate::event::Event;
use crate::lost::{Lost, Report};
use crate::queue::{HEAD_BYTES_MAX, Queue};
use crate::settings::Head;
use crate::shell::{Action, Answer, Mode, SendId, Why};
use crate::time::{Now, Tick};

/// A request without an answer for so long failed, in ms.
const ANSWER_MAX_MS: u64 = 30_000;
/// Retries stop after this long, in ms: the collector would refuse the event as too old.
const RETRIED_MAX_MS: u64 = EVENT_AGE_MAX_MS.unsigned_abs();

#[derive(Debug)]
pub(crate) struct Delivery {
    settings: Head,
    chance: Chance,
    queue: Queue,
    flights: Vec<Flight>,
    last_id: u32,
    /// Failures since the last delivery, and when the first was.
    failures: u32,
    failing_since: Tick,
    /// Nothing ordinary goes before this.
    not_before: Tick,
    /// Nothing goes before this while the page lives: the collector asked for it.
    asked_until: Tick,
    /// Events that fit into a batch, as far as the collector has let us know.
    fitting: usize,
    lost: Lost,
    /// Losses that were told and not taken note of, waiting to be told again.
    reports: Vec<Report>,
    flushing: bool,
    given_up_in_flush: bool,
    /// How a flush went, not yet told.
    flushed: Option<bool>,
    answered: Answered,
}

/// What the collector said about all that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) accepted: u32,
    pub(crate) duplicates: u32,
    pub(crate) refused: u32,
}

#[derive(Debug)]
struct Flight {
    id: SendId,
    mode: Mode,
    /// What is posted; empty once the shell has taken it.
    body: String,
    events: Vec<Event>,
    report: Option<Report>,
    bytes: usize,
    since: Tick,
}

impl Delivery {
    pub(crate) fn new(settings: Head, chance: Chance) -> Self {
        Self {
            settings,
            chance,
            queue: Queue::default(),
            flights: Vec::new(),
            last_id: 0,
            failures: 0,
            failing_since: Tick(0),
            not_before: Tick(0),
            asked_until: Tick(0),
            fitting: BATCH_EVENTS_MAX,
            lost: Lost::default(),
            reports: Vec::new(),
            flushing: false,
            given_up_in_flush: false,
            flushed: None,
            answered: Answered::default(),
        }
    }

    /// An event wants to be delivered. Nothing is sent yet: the call that made it must stay cheap.
    pub(crate) fn add(&mut self, event: Event) -> Result<(), LostReason> {
        self.queue.push(event).map_err(|_| self.give_up(LostReason::QueueFull, 1))
    }

    /// Counts events that will not be delivered.
    pub(crate) fn give_up(&mut self, reason: LostReason, events: usize) -> LostReason {
        self.lost.add(reason, events);
        self.given_up_in_flush |= events > 0;
        reason
    }

    /// The visitor said no: what waits is given up.
    pub(crate) fn forget(&mut self) {
        let waiting = self.queue.clear();
        self.give_up(LostReason::NoConsent, waiting);
    }

    /// Time has come to the deadline.
    pub(crate) fn tick(&mut self, here: &Context, now: Now) {
        while let Some(late) = self.flights.iter().find(|flight| now.tick >= flight.since.plus(ANSWER_MAX_MS)) {
            let id = late.id;
            self.answer(id, Answer::default(), now);
        }
        self.pump(here, now);
    }

    /// What a request came to. The answer to a request that is no longer waited for says nothing new.
    pub(crate) fn answer(&mut self, id: SendId, answer: Answer, now: Now) {
        let Some(flight) = self.land(id) else { return };
        let sent = flight.events.len();
        match answer.status {
            200..=299 => {
                self.failures = 0;
                self.not_before = now.tick;
                self.fitting = (self.fitting * 2).min(BATCH_EVENTS_MAX);
                self.answered.accepted = self.answered.accepted.saturating_add(answer.accepted);
                self.answered.duplicates = self.answered.duplicates.saturating_add(answer.duplicates);
                self.answered.refused = self.answered.refused.saturating_add(answer.refused);
            }
            // One event may spoil it for all: halved again and again, it stands alone in the end.
            400 | 413 | 422 if sent > 1 => {
                self.fitting = sent / 2;
                self.take_back(flight, now);
            }
            // Only what says that this very event is wrong costs it. Any other refusal may be a proxy's, a deploy's or a key's
            // that was not set yet, and passes.
            400 | 413 | 422 => {
                self.reports.extend(flight.report);
                let too_large = answer.status == 413;
                self.give_up(if too_large { LostReason::TooLarge } else { LostReason::Invalid }, sent);
            }
            _ => {
                if self.failures == 0 {
                    self.failing_since = now.tick;
                }
                self.failures = self.failures.saturating_add(1);
                let outage = now.tick.since(self.failing_since);
                let wait = backoff::wait(self.failures, outage, answer.retry_after_ms, &mut self.chance);
                self.not_before = now.tick.plus(wait);
                if answer.retry_after_ms.is_some() {
                    self.asked_until = self.not_before;
                }
                self.take_back(flight, now);
            }
        }
    }

    /// Someone waits for all to be delivered: do not wait for company, nor for our own patience.
    pub(crate) fn flush(&mut self, here: &Context, now: Now) {
        self.flushing = true;
        self.given_up_in_flush = false;
        self.retry(here, now);
    }

    /// The way may be free again: try at once, unless the collector asked for a pause.
    pub(crate) fn retry(&mut self, here: &Context, now: Now) {
        self.not_before = self.asked_until;
        self.pump(here, now);
    }

    /// The page went out of sight and may not come back (a phone ends it without another word): send all as if it were left,
    /// but for what a page that lives can send better.
    pub(crate) fn hide(&mut self, here: &Context, now: Now) {
        if now.tick >= self.asked_until {
            self.send_outliving(here, now, false);
        }
    }

    /// The page goes.
    pub(crate) fn leave(&mut self, here: &Context, now: Now) {
        self.send_outliving(here, now, true);
    }

    pub(crate) fn poll_action(&mut self) -> Option<Action> {
        for flight in &mut self.flights {
            if !flight.body.is_empty() {
                let body = std::mem::take(&mut flight.body);
                return Some(Action::Send { id: flight.id, body, mode: flight.mode });
            }
        }
        self.flushed.take().map(|delivered| Action::Flushed { delivered })
    }

    /// The next moment at which something is due though nothing happens, and what that is.
    pub(crate) fn deadline(&self) -> Option<(Tick, Why)> {
        if self.flights.is_empty() {
            return self.due();
        }
        let oldest = self.flights.iter().map(|flight| flight.since).min()?;
        Some((oldest.plus(ANSWER_MAX_MS), Why::Answer))
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.flights.iter().map(|flight| flight.events.len()).sum()
    }

    pub(crate) const fn lost(&self) -> &Lost {
        &self.lost
    }

    pub(crate) const fn answered(&self) -> Answered {
        self.answered
    }

    /// When the queue wants to be sent.
    fn due(&self) -> Option<(Tick, Why)> {
        let oldest = self.queue.oldest()?;
        if self.failures > 0 {
            return Some((self.not_before, Why::Retry));
        }
        let full = self.flushing || self.queue.len() >= SEND_AT_EVENTS;
        let wanted = if full { oldest } else { oldest.plus(SEND_AFTER_MS) };
        Some((wanted.max(self.not_before), Why::Batch))
    }

    /// Sends an ordinary batch if one is due and nothing is out; tells who waits for a flush.
    pub(crate) fn pump(&mut self, here: &Context, now: Now) {
        let due = self.due().is_some_and(|(tick, _)| now.tick >= tick);
        if due && self.flights.is_empty() {
            let events = self.queue.take(self.fitting, BATCH_BYTES_MAX);
            self.send(events, Mode::Ordinary, here, now);
        }
        if self.flushing && self.flights.is_empty() {
            self.flushing = false;
            self.flushed = Some(self.queue.len() == 0 && !self.given_up_in_flush);
        }
    }

    /// Sends all that waits in chunks that a browser lets outlive the page: those in flight may total 64 KiB. Ordinary requests
    /// end with their page, so what they carry is sent once more.
    fn send_outliving(&mut self, here: &Context, now: Now, leaving: bool) {
        while let Some(flight) = self.flights.iter().find(|flight| flight.mode == Mode::Ordinary) {
            let id = flight.id;
            if let Some(flight) = self.land(id) {
                self.take_back(flight, now);
            }
        }
        loop {
            let news = self.queue.len() > 0 || (leaving && self.has_losses_to_tell(here));
            if !news {
                return;
            }
            let outliving = self.flights.iter().filter(|flight| flight.mode == Mode::Keepalive);
            let room = KEEPALIVE_BYTES_MAX.saturating_sub(outliving.map(|flight| flight.bytes).sum());
            let next_fits = self.queue.first_bytes() + HEAD_BYTES_MAX <= room;
            if !next_fits && !leaving {
                return; // the page may live: what does not fit goes the ordinary way
            }
            let (mode, room) = if next_fits { (Mode::Keepalive, room) } else { (Mode::Beacon, KEEPALIVE_BYTES_MAX) };
            let events = self.queue.take(self.fitting, room);
            self.send(events, mode, here, now);
        }
    }

    fn has_losses_to_tell(&self, here: &Context) -> bool {
        // A visitor who said no, or none at all: there is nobody to speak for.
        !here.is_empty() && (!self.reports.is_empty() || !self.lost.is_empty())
    }

    fn send(&mut self, events: Vec<Event>, mode: Mode, here: &Context, now: Now) {
        let report = self.reports.pop().or_else(|| Report::take(&mut self.lost, &mut self.chance, now.wall));
        let body = batch::write(&events, report.as_ref(), here, &self.settings, now.wall);
        self.last_id = self.last_id.wrapping_add(1);
        let id = SendId(self.last_id);
        self.flights.push(Flight { id, mode, bytes: body.len(), body, events, report, since: now.tick });
    }

    /// Takes a request off the list of those that are out.
    fn land(&mut self, id: SendId) -> Option<Flight> {
        let place = self.flights.iter().position(|flight| flight.id == id)?;
        let last = self.flights.pop()?;
        match self.flights.get_mut(place) {
            Some(place) => Some(std::mem::replace(place, last)),
            None => Some(last), // it was the last one itself
        }
    }

    /// What a failed request carried waits again, but for what has waited too long.
    fn take_back(&mut self, flight: Flight, now: Now) {
        for event in flight.events.into_iter().rev() {
            if now.tick.since(event.since) < RETRIED_MAX_MS {
                self.queue.put_back(event);
            } else {
                self.give_up(LostReason::RetriesExhausted, 1);
            }
        }
        self.reports.extend(flight.report);
    }
}
