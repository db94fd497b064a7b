//! The visitor: takes calls, makes events of them, and says what to send. Everything else in this crate serves it.
//!
//! It does no I/O, reads no clock and draws no chance: the page's shell (`bindings`) does, or a test.

use std::sync::Arc;

use vigie_protocol::{Column, Consent, EventType, LostReason};

use crate::call::Call;
use crate::chance::Chance;
use crate::context::Context;
use crate::delivery::Delivery;
use crate::event::{Event, NotTracked, check, clean, write};
use crate::form::OpenForms;
use crate::said::Said;
use crate::settings::{Head, Settings};
use crate::shell::{Action, Answer, SendId, Why};
use crate::time::{Now, Tick};

/// One page of one visitor.
#[derive(Debug)]
pub struct Core {
    /// What a call does not say itself. In a page every call says it; a scenario's visitor says it once.
    context: Context,
    /// The context of the last call, held once for all calls that share it.
    last: Arc<Context>,
    chance: Chance,
    forms: OpenForms,
    delivery: Delivery,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The deadline has come.
    Tick,
    /// A request was answered, or failed.
    Answered(SendId, Answer),
    /// The page is out of sight and may be ended without another word.
    Hidden,
    /// The page is left.
    PageHide,
    /// The network is there again.
    Online,
    /// Someone waits for delivery; [`Action::Flushed`] will say how it went.
    Flush,
}

/// What became of all that was tracked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub waiting: u32,
    pub in_flight: u32,
    pub accepted: u32,
    pub duplicates: u32,
    pub refused: u32,
    /// Given up and not yet told to the collector.
    pub lost: crate::lost::Lost,
}

impl Core {
    /// A page that has just begun. The same seed and the same inputs make the same events.
    #[must_use]
    pub fn new(settings: &Settings, seed: u64) -> Self {
        Self::with_head(settings.head(), seed)
    }

    pub(crate) fn with_head(head: Head, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let delivery = Delivery::new(head, Chance::new(chance.next()));
        Self { context: Context::default(), last: Arc::default(), chance, forms: OpenForms::default(), delivery }
    }

    /// Says once who and where, for the calls that do not say it themselves.
    pub fn set_context(&mut self, context: Context) {
        self.context = context;
    }

    /// Records a call. Nothing is sent yet: ask [`Core::deadline`].
    ///
    /// # Errors
    /// The call makes no event; it is counted, and the collector will be told.
    pub fn track(&mut self, call: Call, now: Now) -> Result<(), NotTracked> {
        self.hear(&Said::of(&call, now.wall), now)
    }

    /// Records what was said.
    pub(crate) fn hear(&mut self, said: &Said<'_>, now: Now) -> Result<(), NotTracked> {
        let context = self.place(said);
        self.record(said, context.clone(), now)?;
        self.last = context; // only now: who said no is nobody to speak for
        Ok(())
    }

    /// Takes note of what happened; [`Core::poll_action`] says what is to be done about it.
    pub fn handle(&mut self, input: Input, now: Now) {
        let here = self.last.clone();
        match input {
            Input::Tick => self.delivery.tick(&here, now),
            Input::Answered(id, answer) => {
                self.delivery.answer(id, answer, now);
                self.delivery.pump(&here, now);
            }
            Input::Hidden => self.delivery.hide(&here, now),
            Input::PageHide => {
                for form in self.forms.abandon() {
                    let mut said = Said::new(EventType::FormAbandon.as_str(), now.wall);
                    said.set(Column::FormName, &form.name);
                    said.set(Column::FieldName, &form.failed_field);
                    // Whether it could be recorded is counted; there is nobody left to tell.
                    let _ = self.record(&said, form.context, now);
                }
                self.delivery.leave(&here, now);
            }
            Input::Online => self.delivery.retry(&here, now),
            Input::Flush => self.delivery.flush(&here, now),
        }
    }

    /// The visitor was asked. After a no nothing is recorded, and what waits is forgotten.
    pub fn set_consent(&mut self, consent: Consent) {
        self.context = std::mem::take(&mut self.context).with(Column::Consent, consent.as_str());
        if consent == Consent::Denied {
            self.forget();
        }
    }

    /// Forgets what waits, which forms are open, and where the visitor stands.
    pub(crate) fn forget(&mut self) {
        self.last = Arc::default();
        self.forms.abandon();
        self.delivery.forget();
    }

    /// What is to be done next, if anything.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.delivery.poll_action()
    }

    /// When [`Input::Tick`] is due, and why.
    #[must_use]
    pub fn deadline(&self) -> Option<(Tick, Why)> {
        self.delivery.deadline()
    }

    /// Counts events that were given up before they came here.
    pub fn give_up(&mut self, reason: LostReason, events: usize) {
        self.delivery.give_up(reason, events);
    }

    /// What became of all that was tracked so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let answered = self.delivery.answered();
        Stats {
            waiting: count(self.delivery.waiting()),
            in_flight: count(self.delivery.in_flight()),
            accepted: answered.accepted,
            duplicates: answered.duplicates,
            refused: answered.refused,
            lost: self.delivery.lost().clone(),
        }
    }

    /// Who and where this call was made, shared with the call before it where it is the same.
    fn place(&self, said: &Said<'_>) -> Arc<Context> {
        let context = Context::of(|column| match said.text(column) {
            "" => self.context.text(column),
            text => clean(column, text),
        });
        if *self.last == context { self.last.clone() } else { Arc::new(context) }
    }

    fn record(&mut self, said: &Said<'_>, context: Arc<Context>, now: Now) -> Result<(), NotTracked> {
        if let Err(refused) = check(said, &context) {
            self.delivery.give_up(refused.reason, 1);
            return Err(refused);
        }
        self.forms.notice(said, &context);
        let json = match said.id {
            "" => write(said, &self.chance.new_id(said.at)),
            id => write(said, id),
        };
        let event = Event { json, context, since: now.tick };
        self.delivery.add(event).map_err(|reason| NotTracked { field: "queue", reason })
    }
}

fn count(events: usize) -> u32 {
    u32::try_from(events).unwrap_or(u32::MAX)
}
