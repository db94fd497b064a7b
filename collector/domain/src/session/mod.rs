//! The steps that a session has reached in a funnel, and what they move in the counters (`checks.md`, Counting).
//!
//! A *passage* is the stretch of one session's events of one funnel, sorted by (timestamp, id), up to and including a
//! success. Within it a step counts once, at the minute it was first reached; a later step implies the earlier ones. A
//! start becomes won or abandoned *at the minute of the start*.
//!
//! Surprising: every mark is kept, not just the first of each step. A success that arrives late cuts one passage in two, and
//! then the second start counts after all; only with all marks at hand does the order of arrival never matter. A session
//! counts its first [`MARKS_MAX`] marks *in order of time*, which is the same set in whatever order they came.

use std::borrow::Cow;

use vigie_protocol::{EventType, form_name};

use crate::counts::{CounterKey, Deltas, Dimension};
use crate::event::{Context, Event, Kind};
use crate::id::Id;
use crate::time::{Minute, Timestamp};

/// A way through the shop whose steps are counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Funnel {
    SignupClient,
    SignupProvider,
    Booking,
    Checkout,
    /// Any other form, by its name.
    Form(Box<str>),
}

/// What began a form and was sent by nobody, or how far somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reached {
    /// The step's place in the funnel, from 0.
    Step(u8),
    /// The page was left with the form begun and not sent.
    Abandoned,
}

/// One event's trace in a funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    pub at: Timestamp,
    pub id: Id,
    pub reached: Reached,
}

/// Marks of one session in one funnel that count; the later ones are a robot's.
pub const MARKS_MAX: usize = 256;

/// The measure of starts that were sent (or paid) in the end.
pub const WON: &str = "won";
/// The measure of starts whose page was left and that were not won.
pub const ABANDONED: &str = "abandoned";

struct Shape {
    /// The measures of the steps: the event types' names.
    steps: &'static [EventType],
    /// The step at which a start of the cohort stands, and the one that wins it.
    cohort: Option<(usize, usize)>,
}

impl Funnel {
    const fn shape(&self) -> Shape {
        use EventType as E;
        match self {
            Self::SignupClient | Self::SignupProvider => Shape {
                steps: &[E::PageViewSignup, E::SignupFormStart, E::SignupFormSubmit, E::SignupSuccess],
                cohort: Some((1, 2)),
            },
            Self::Booking => Shape {
                steps: &[E::ProviderSearch, E::ProviderView, E::BookingStart, E::BookingComplete],
                cohort: None,
            },
            Self::Checkout => Shape {
                steps: &[E::CheckoutStart, E::PaymentMethodSelected, E::PaymentAttempt, E::PaymentSuccess],
                cohort: Some((0, 3)),
            },
            Self::Form(_) => Shape { steps: &[E::FormStart, E::FormSubmit], cohort: Some((0, 1)) },
        }
    }

    /// The funnel that is written so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "signup_client" => Self::SignupClient,
            "signup_provider" => Self::SignupProvider,
            "booking" => Self::Booking,
            "checkout" => Self::Checkout,
            other => Self::Form(other.strip_prefix("form:")?.into()),
        })
    }

    /// A counter of this funnel. `forms` decides which generic forms keep their name.
    fn counter(&self, measure: &str, forms: &mut Dimension, admitted: &mut Vec<Box<str>>) -> CounterKey {
        if let Self::Form(name) = self {
            let (name, is_new) = forms.admit(name);
            if is_new {
                admitted.push(name.into());
            }
            return CounterKey::new(&format!("form:{name}"), measure);
        }
        CounterKey::new(&self.name(), measure)
    }

    /// As it is written, in a counter's key for instance.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::SignupClient => "signup_client",
            Self::SignupProvider => "signup_provider",
            Self::Booking => "booking",
            Self::Checkout => "checkout",
            Self::Form(name) => return Cow::Owned(["form:", name].concat()),
        })
    }
}

impl std::fmt::Display for Funnel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.name())
    }
}

/// The funnel that an event belongs to and the mark it leaves there; none if it is no step, or not a person's.
#[must_use]
pub fn mark_of(event: &Event, context: &Context) -> Option<(Funnel, Mark)> {
    use EventType as E;
    let Kind::Known(kind) = &event.kind else { return None };
    if !context.is_human() {
        return None;
    }
    let form = event.form_name.as_deref();
    let (funnel, reached) = match kind {
        E::PageViewSignup => (signup(form, context), Reached::Step(0)),
        E::SignupFormStart => (signup(form, context), Reached::Step(1)),
        E::SignupFormSubmit => (signup(form, context), Reached::Step(2)),
        E::SignupSuccess => (signup(form, context), Reached::Step(3)),
        E::ProviderSearch => (Funnel::Booking, Reached::Step(0)),
        E::ProviderView => (Funnel::Booking, Reached::Step(1)),
        E::BookingStart => (Funnel::Booking, Reached::Step(2)),
        E::BookingComplete => (Funnel::Booking, Reached::Step(3)),
        E::CheckoutStart => (Funnel::Checkout, Reached::Step(0)),
        E::PaymentMethodSelected => (Funnel::Checkout, Reached::Step(1)),
        E::PaymentAttempt => (Funnel::Checkout, Reached::Step(2)),
        E::PaymentSuccess => (Funnel::Checkout, Reached::Step(3)),
        E::FormStart => match form_funnel(form?, context) {
            funnel @ (Funnel::SignupClient | Funnel::SignupProvider) => (funnel, Reached::Step(1)),
            funnel @ Funnel::Form(_) => (funnel, Reached::Step(0)),
            Funnel::Booking | Funnel::Checkout => return None, // their steps have event types of their own
        },
        E::FormSubmit if !is_refused(event) => match form_funnel(form?, context) {
            funnel @ (Funnel::SignupClient | Funnel::SignupProvider) => (funnel, Reached::Step(2)),
            funnel @ Funnel::Form(_) => (funnel, Reached::Step(1)),
            Funnel::Booking | Funnel::Checkout => return None,
        },
        E::FormAbandon => (form_funnel(form?, context), Reached::Abandoned),
        _ => return None,
    };
    Some((funnel, Mark { at: event.timestamp, id: event.id, reached }))
}

fn signup(form: Option<&str>, context: &Context) -> Funnel {
    match form {
        Some(form_name::SIGNUP_PROVIDER) => Funnel::SignupProvider,
        Some(form_name::SIGNUP_CLIENT) => Funnel::SignupClient,
        _ if context.user_role == Some(vigie_protocol::Role::Provider) => Funnel::SignupProvider,
        _ => Funnel::SignupClient,
    }
}

fn form_funnel(form: &str, context: &Context) -> Funnel {
    match form {
        form_name::SIGNUP_CLIENT | form_name::SIGNUP_PROVIDER => signup(Some(form), context),
        form_name::BOOKING => Funnel::Booking,
        _ if form.starts_with(form_name::PAYMENT_PREFIX) => Funnel::Checkout,
        _ => Funnel::Form(form.into()),
    }
}

/// `trackFormSubmit(form, false)` says that the attempt was refused: `metadata.success` is false.
fn is_refused(event: &Event) -> bool {
    #[derive(serde::Deserialize)]
    struct Outcome {
        success: Option<bool>,
    }
    let outcome = event.metadata.as_deref().and_then(|text| serde_json::from_str::<Outcome>(text).ok());
    outcome.and_then(|outcome| outcome.success) == Some(false)
}

/// The marks of one session in one funnel, sorted by (timestamp, id).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(Vec<Mark>);

impl Marks {
    /// Adds a mark of an event that was not there before. Says whether it counts.
    pub fn insert(&mut self, mark: Mark) -> bool {
        let Err(place) = self.0.binary_search(&mark) else { return false };
        if place >= MARKS_MAX {
            return false;
        }
        self.0.insert(place, mark);
        self.0.truncate(MARKS_MAX);
        true
    }

    /// What these marks count: each measure at its minute.
    fn counted(&self, funnel: &Funnel) -> Vec<(Minute, &'static str)> {
        let shape = funnel.shape();
        let last = shape.steps.len() - 1;
        let mut counted = Vec::new();
        let mut passage = Passage::default();
        for mark in &self.0 {
            match mark.reached {
                Reached::Abandoned => passage.leave(&shape),
                Reached::Step(step) => {
                    for reached in passage.reached.iter_mut().take(usize::from(step) + 1) {
                        reached.get_or_insert(mark.at.minute());
                    }
                    if usize::from(step) == last {
                        std::mem::take(&mut passage).count(&shape, &mut counted);
                    }
                }
            }
        }
        passage.count(&shape, &mut counted);
        counted
    }

    /// Writes into `deltas` how counters move when `before` becomes these marks. Names of forms that were admitted to the
    /// dimension on the way are added to `admitted`: they must be remembered in the same transaction.
    pub fn move_counters(
        &self,
        before: &Self,
        funnel: &Funnel,
        deltas: &mut Deltas,
        forms: &mut Dimension,
        admitted: &mut Vec<Box<str>>,
    ) {
        for (sign, marks) in [(-1, before), (1, self)] {
            for (minute, measure) in marks.counted(funnel) {
                deltas.add(minute, funnel.counter(measure, forms, admitted), sign);
            }
        }
    }

    /// As bytes for a store: 25 a mark.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * MARK_BYTES);
        for mark in &self.0 {
            bytes.extend_from_slice(&mark.at.0.to_be_bytes());
            bytes.extend_from_slice(&mark.id.0);
            bytes.push(match mark.reached {
                Reached::Step(step) => step,
                Reached::Abandoned => ABANDONED_BYTE,
            });
        }
        bytes
    }

    /// What [`Self::to_bytes`] wrote; what is not whole at the end is left out.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (chunks, _) = bytes.as_chunks::<MARK_BYTES>();
        let mark = |chunk: &[u8; MARK_BYTES]| {
            let (at, rest) = chunk.split_first_chunk::<8>()?;
            let (id, rest) = rest.split_first_chunk::<16>()?;
            let reached = match *rest.first()? {
                ABANDONED_BYTE => Reached::Abandoned,
                step => Reached::Step(step),
            };
            Some(Mark { at: Timestamp(i64::from_be_bytes(*at)), id: Id(*id), reached })
        };
        Self(chunks.iter().filter_map(mark).collect())
    }
}

const MARK_BYTES: usize = 25;
const ABANDONED_BYTE: u8 = u8::MAX;

#[derive(Default)]
struct Passage {
    /// The minute at which each step was first reached.
    reached: [Option<Minute>; 4],
    abandoned: bool,
}

impl Passage {
    /// The page was left. Only what has begun can be lost: a start that follows is not.
    fn leave(&mut self, shape: &Shape) {
        self.abandoned |= shape.cohort.is_some_and(|(start, _)| self.reached[start].is_some());
    }

    fn count(self, shape: &Shape, counted: &mut Vec<(Minute, &'static str)>) {
        for (step, reached) in shape.steps.iter().zip(self.reached) {
            if let Some(minute) = reached {
                counted.push((minute, step.as_str()));
            }
        }
        let Some((start, win)) = shape.cohort else { return };
        if let Some(began) = self.reached[start] {
            if self.reached[win].is_some() {
                counted.push((began, WON));
            } else if self.abandoned {
                counted.push((began, ABANDONED));
            }
        }
    }
}

#[cfg(test)]
mod tests;
