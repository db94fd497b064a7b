//! What may happen in a history, how it is drawn, and the batches that it makes.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use vigie_domain::event::{Batch, Context, Event};
use vigie_domain::time::Timestamp;
use vigie_protocol::{Role, Traffic};

use crate::conformance::given::{error, event, lost, refusals, session};

/// Something that happens. Numbers that choose among what is there wrap around.
#[derive(Clone, Debug)]
pub enum Act {
    /// Batches that come at the same moment.
    Arrive(Vec<Sent>),
    /// Milliseconds go by.
    Pass(i64),
    /// An evaluator takes what is due, at most so many.
    Claim(usize),
    /// It finishes one of its claims.
    Judge { claim: usize, look_again_in: i64, is_bad: bool, has_fresh_version: bool },
    /// The evaluator and the sender die; what they had taken is never finished.
    Die,
    /// A sender takes messages, at most so many.
    Take(usize),
    /// It writes down what became of one of them.
    Settle { message: usize, how: How },
    /// An operator sees an alert.
    Acknowledge(usize),
    /// An operator resolves an alert, and the check is looked at again.
    Resolve(usize),
    /// A collector starts with these checks configured.
    Plan { signup: bool, other: bool },
    /// The store is closed in order, or just dropped, and opened again.
    Reopen { in_order: bool },
}

/// One batch.
#[derive(Clone, Debug)]
pub struct Sent {
    visitors: [u8; 2],
    events: Vec<Step>,
    errors: Vec<u64>,
    refused: usize,
    lost: Option<u64>,
}

/// One event. Its number is its id; the same number may come again with anything else in it.
#[derive(Clone, Debug)]
pub struct Step {
    number: u64,
    visitor: usize,
    minute: i64,
    kind: &'static str,
    form: &'static str,
}

/// What became of a message.
#[derive(Clone, Copy, Debug)]
pub enum How {
    Sent,
    Later(i64),
    Dead,
}

/// Histories of up to so many acts.
pub fn histories(acts_max: usize) -> impl Strategy<Value = Vec<Act>> {
    vec(act(), 1..acts_max)
}

fn act() -> impl Strategy<Value = Act> {
    let look_again_in = prop_oneof![3 => 1..2_000i64, 1 => 1..600_000i64];
    let judge = (any::<usize>(), look_again_in, proptest::bool::weighted(0.7), proptest::bool::weighted(0.8)).prop_map(
        |(claim, look_again_in, is_bad, has_fresh_version)| Act::Judge {
            claim,
            look_again_in,
            is_bad,
            has_fresh_version,
        },
    );
    // Weighed so that alerts open, are seen again and resolve, and claims of every kind run out.
    prop_oneof![
        6 => vec(sent(), 1..2).prop_map(Act::Arrive),
        2 => vec(sent(), 2..4).prop_map(Act::Arrive),
        5 => prop_oneof![0..2_000i64, 0..70_000i64].prop_map(Act::Pass),
        5 => (1..3usize).prop_map(Act::Claim),
        6 => judge,
        1 => Just(Act::Die),
        4 => (1..3usize).prop_map(Act::Take),
        4 => (any::<usize>(), how()).prop_map(|(message, how)| Act::Settle { message, how }),
        1 => any::<usize>().prop_map(Act::Acknowledge),
        1 => any::<usize>().prop_map(Act::Resolve),
        1 => (proptest::bool::weighted(0.9), any::<bool>()).prop_map(|(signup, other)| Act::Plan { signup, other }),
        1 => any::<bool>().prop_map(|in_order| Act::Reopen { in_order }),
    ]
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![Just(How::Sent), (0..60_000i64).prop_map(How::Later), Just(How::Dead)]
}

fn sent() -> impl Strategy<Value = Sent> {
    (
        [0..6u8, 0..6u8],
        vec(step(), 0..8),
        vec(0..60u64, 0..2),
        prop_oneof![9 => Just(0usize), 1 => 1..4usize],
        proptest::option::weighted(0.1, 0..4u64),
    )
        .prop_map(|(visitors, events, errors, refused, lost)| Sent { visitors, events, errors, refused, lost })
}

const KINDS: &[&str] = &[
    "page_view_signup",
    "signup_form_start",
    "signup_form_submit",
    "signup_success",
    "form_abandon",
    "form_start",
    "form_submit",
    "provider_view",
    "booking_start",
    "booking_complete",
    "checkout_start",
    "payment_attempt",
    "payment_success",
    "form_error",
];
const FORMS: &[&str] = &["", "signup_client", "signup_provider", "contact", "payment_stripe", "booking"];

fn step() -> impl Strategy<Value = Step> {
    (0..60u64, 0..2usize, 0..6i64, proptest::sample::select(KINDS), proptest::sample::select(FORMS))
        .prop_map(|(number, visitor, minute, kind, form)| Step { number, visitor, minute, kind, form })
}

impl Sent {
    /// The batch as it is received at a moment.
    pub(super) fn batch(&self, received_at: Timestamp) -> Batch {
        let event = |step: &Step| {
            let metadata = (step.minute == 5).then(|| r#"{"success":false}"#.into());
            Event { context: step.visitor, metadata, ..event(step.number, step.minute, step.kind, step.form) }
        };
        Batch {
            received_at,
            contexts: self.visitors.iter().map(|visitor| visited_by(*visitor)).collect(),
            events: self.events.iter().map(event).collect(),
            errors: self.errors.iter().map(|number| error(*number)).collect(),
            refused: refusals(0..self.refused).refused,
            lost: self.lost.and_then(|number| lost(number, received_at.0.unsigned_abs()).lost),
            ..Batch::default()
        }
    }
}

fn visited_by(visitor: u8) -> Context {
    match visitor {
        0 | 1 => session(&format!("018f3c5e-7a1b-7c3d-8e4f-00000000000{visitor}")),
        2 => Context { user_role: Some(Role::Provider), ..session("provider") },
        3 => Context { traffic: Some(Traffic::Bot), ..session("robot") },
        _ => Context { user_role: Some(Role::Client), release: Some("2".into()), ..session("client") },
    }
}
