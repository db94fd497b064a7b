//! A page that does what the core asks for, and writes down what was posted and what the collector keeps.

use std::collections::BTreeSet;

use serde_json::Value;
use vigie_protocol::Column;
use vigie_sdk::{Action, Answer, Call, Context, Core, Input, Mode, Now, SendId, Settings, Why};

/// No answer at all.
#[allow(dead_code, reason = "each test file is a crate of its own")]
pub(crate) const DOWN: Answer = Answer { status: 0, retry_after_ms: None, accepted: 0, duplicates: 0, refused: 0 };

/// An answer of this status.
#[must_use]
pub(crate) fn answer(status: u16) -> Answer {
    Answer { status, ..DOWN }
}

pub(crate) struct Page {
    pub(crate) core: Core,
    now: i64,
    tracked: usize,
    stored: BTreeSet<String>,
    flushed: Option<bool>,
}

/// One request.
#[derive(Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) id: SendId,
    pub(crate) mode: Mode,
    pub(crate) bytes: usize,
    pub(crate) body: Value,
}

impl Sent {
    #[must_use]
    pub(crate) fn events(&self) -> usize {
        self.body["events"].as_array().map_or(0, Vec::len)
    }

    #[must_use]
    pub(crate) fn ids(&self) -> Vec<&str> {
        let events = self.body["events"].as_array().map(Vec::as_slice).unwrap_or_default();
        events.iter().filter_map(|event| event["id"].as_str()).collect()
    }

    #[must_use]
    #[allow(dead_code, reason = "each test file is a crate of its own")]
    pub(crate) fn text(&self) -> String {
        self.body.to_string()
    }
}

#[allow(dead_code, reason = "each test file is a crate of its own")]
impl Page {
    #[must_use]
    pub(crate) fn open() -> Self {
        Self::open_with(0)
    }

    #[must_use]
    pub(crate) fn open_with(seed: u64) -> Self {
        let mut core = Core::new(&Settings::default(), seed);
        core.set_context(Context::of_session(&format!("session-{seed}")));
        Self { core, now: 0, tracked: 0, stored: BTreeSet::new(), flushed: None }
    }

    pub(crate) fn call(&mut self, call: Call) {
        self.tracked += usize::from(self.core.track(call, Now::at(self.now)).is_ok());
    }

    pub(crate) fn track(&mut self, events: usize) {
        (0..events).for_each(|_| self.call(Call::custom("quiz_done")));
    }

    /// Events with a text of so many characters.
    pub(crate) fn track_heavy(&mut self, events: usize, characters: usize) {
        let text = format!(r#"{{"text":"{}"}}"#, "x".repeat(characters));
        (0..events).for_each(|_| self.call(Call::custom("quiz_done").with(Column::Metadata, text.clone())));
    }

    pub(crate) fn handle(&mut self, input: Input) {
        self.core.handle(input, Now::at(self.now));
    }

    pub(crate) fn answer(&mut self, sent: &Sent, answer: Answer) {
        if matches!(answer.status, 200..=299) {
            self.stored.extend(sent.ids().into_iter().map(String::from));
        }
        self.handle(Input::Answered(sent.id, answer));
    }

    /// The collector took it, but its answer got lost.
    pub(crate) fn keep(&mut self, sent: &Sent) {
        self.stored.extend(sent.ids().into_iter().map(String::from));
    }

    #[must_use]
    pub(crate) fn deadline(&self) -> Option<(i64, Why)> {
        self.core.deadline().map(|(tick, why)| (i64::try_from(tick.0).unwrap_or(i64::MAX), why))
    }

    #[must_use]
    pub(crate) const fn now(&self) -> i64 {
        self.now
    }

    /// Events that were taken by the core, and those that the collector keeps, each once.
    #[must_use]
    pub(crate) const fn tracked(&self) -> usize {
        self.tracked
    }

    #[must_use]
    pub(crate) fn stored(&self) -> usize {
        self.stored.len()
    }

    pub(crate) fn flushed(&mut self) -> Option<bool> {
        assert_eq!(self.sent(), [], "whoever asks has answered all that was sent");
        self.flushed.take()
    }

    /// What the core asks to send right now.
    pub(crate) fn sent(&mut self) -> Vec<Sent> {
        let mut sent = Vec::new();
        while let Some(action) = self.core.poll_action() {
            match action {
                Action::Send { id, body, mode } => {
                    let bytes = body.len();
                    let read: Option<Value> = serde_json::from_str(&body).ok();
                    assert!(read.is_some(), "no JSON: {body}");
                    let body = read.unwrap_or_default();
                    sent.push(Sent { id, mode, bytes, body });
                }
                Action::Flushed { delivered } => self.flushed = Some(delivered),
            }
        }
        sent
    }

    /// What is sent until this moment if nobody answers.
    pub(crate) fn sent_by(&mut self, until: i64) -> Vec<Sent> {
        let mut all = self.sent();
        while let Some((due, _)) = self.deadline().filter(|(due, _)| *due <= until) {
            self.now = self.now.max(due);
            self.handle(Input::Tick);
            let sent = self.sent();
            let nothing_moved = sent.is_empty() && self.deadline().is_some_and(|(next, _)| next <= self.now);
            assert!(!nothing_moved, "the core is due at {due} and does nothing");
            all.extend(sent);
        }
        self.now = self.now.max(until);
        all
    }

    /// Lives until this moment while the collector answers so.
    pub(crate) fn run_until(&mut self, until: i64, answer: Answer) {
        self.run(until, |_| answer);
    }

    pub(crate) fn run(&mut self, until: i64, collector: impl Fn(&Sent) -> Answer) {
        loop {
            loop {
                let out = self.sent();
                if out.is_empty() {
                    break;
                }
                for sent in out {
                    let answer = collector(&sent);
                    self.answer(&sent, answer);
                }
            }
            match self.deadline() {
                Some((due, _)) if due <= until => {
                    self.now = self.now.max(due);
                    self.handle(Input::Tick);
                }
                _ => break,
            }
        }
        self.now = self.now.max(until);
    }
}
