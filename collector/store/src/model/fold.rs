//! The counters, counted again from the exported events, in plain code of its own.
//!
//! It reads `checks.md` (Counting) a second time and shares no line with `vigie_domain::session`, so that the two judge each
//! other: every event is sorted, every passage walked, nothing is ever moved by a difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vigie_domain::counts::{Counter, CounterKey};
use vigie_domain::document::Document;
use vigie_domain::time::{Minute, Timestamp};

/// Events of one session and funnel that count.
const COUNTED_MAX: usize = 256;
/// Forms that keep their own name.
const FORMS_MAX: usize = 50;

/// What one event says in its funnel: how far somebody came, or that the page was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Came(usize),
    Left,
}

/// One event of a session's way through a funnel. Sorted, they follow time, and ids within a millisecond.
type Footprint = (Timestamp, String, Said);

/// The counters that these documents of `analytics_events`, in the order they were stored, add up to. Zeros are left out.
#[must_use]
pub fn fold_counters<'d>(documents: impl IntoIterator<Item = &'d Document>) -> Vec<Counter> {
    let mut ways: BTreeMap<(String, String), Vec<Footprint>> = BTreeMap::new();
    let mut forms: BTreeSet<String> = BTreeSet::new();
    for document in documents {
        let Some((funnel, said)) = funnel_of(document) else { continue };
        if let Some(form) = funnel.strip_prefix("form:")
            && forms.len() < FORMS_MAX
        {
            forms.insert(form.to_owned());
        }
        let at = text(document, "timestamp").and_then(|text| text.parse().ok()).unwrap_or_default();
        let id = text(document, "id").unwrap_or_default().to_owned();
        let session = text(document, "sessionId").unwrap_or_default().to_owned();
        ways.entry((session, funnel)).or_default().push((at, id, said));
    }
    let mut counts: BTreeMap<(Minute, String), u64> = BTreeMap::new();
    for ((_, funnel), mut way) in ways {
        way.sort();
        way.truncate(COUNTED_MAX);
        let named = match funnel.strip_prefix("form:") {
            Some(form) if !forms.contains(form) => "form:other",
            _ => &*funnel,
        };
        let steps = steps_of(&funnel);
        for passage in way.split_inclusive(|(_, _, said)| *said == Said::Came(steps.len() - 1)) {
            for (minute, measure) in measures(passage, &funnel, steps) {
                *counts.entry((minute, format!("{named}.{measure}"))).or_default() += 1;
            }
        }
    }
    let counter =
        |((minute, key), count): ((Minute, String), u64)| Counter { minute, key: CounterKey(key.into()), count };
    counts.into_iter().map(counter).collect()
}

/// What one passage counts.
fn measures(passage: &[Footprint], funnel: &str, steps: &[&'static str]) -> Vec<(Minute, &'static str)> {
    let first = |step: usize| {
        let place = passage.iter().position(|(_, _, said)| matches!(said, Said::Came(came) if *came >= step))?;
        Some((place, passage[place].0.minute()))
    };
    let mut measures = Vec::new();
    for (step, name) in steps.iter().enumerate() {
        measures.extend(first(step).map(|(_, minute)| (minute, *name)));
    }
    let (start, win) = match funnel {
        "booking" => return measures,
        "signup_client" | "signup_provider" => (1, 2),
        "checkout" => (0, 3),
        _ => (0, 1),
    };
    if let Some((place, minute)) = first(start) {
        if first(win).is_some() {
            measures.push((minute, "won"));
        } else if passage[place..].iter().any(|(_, _, said)| *said == Said::Left) {
            measures.push((minute, "abandoned"));
        }
    }
    measures
}

fn steps_of(funnel: &str) -> &'static [&'static str] {
    match funnel {
        "signup_client" | "signup_provider" => {
            &["page_view_signup", "signup_form_start", "signup_form_submit", "signup_success"]
        }
        "booking" => &["provider_search", "provider_view", "booking_start", "booking_complete"],
        "checkout" => &["checkout_start", "payment_method_selected", "payment_attempt", "payment_success"],
        _ => &["form_start", "form_submit"],
    }
}

/// The funnel that an event stands in and what it says there.
fn funnel_of(document: &Document) -> Option<(String, Said)> {
    if text(document, "traffic") != Some("human") {
        return None;
    }
    let kind = text(document, "eventType")?;
    if let Some(step) = steps_of("signup_client").iter().position(|step| *step == kind) {
        return Some((signup(document).to_owned(), Said::Came(step)));
    }
    for funnel in ["booking", "checkout"] {
        if let Some(step) = steps_of(funnel).iter().position(|step| *step == kind) {
            return Some((funnel.to_owned(), Said::Came(step)));
        }
    }
    let form = text(document, "formName")?;
    let funnel = match form {
        "signup_client" | "signup_provider" => signup(document).to_owned(),
        "booking" => "booking".to_owned(),
        _ if form.starts_with("payment_") => "checkout".to_owned(),
        _ => format!("form:{form}"),
    };
    // Signing up has its form after its page; booking and paying are told by events of their own.
    let start = match &*funnel {
        "booking" | "checkout" => None,
        "signup_client" | "signup_provider" => Some(1),
        _ => Some(0),
    };
    let was_refused =
        || document.get("metadata").and_then(|metadata| metadata.get("success")) == Some(&Value::Bool(false));
    let said = match kind {
        "form_start" => Said::Came(start?),
        "form_submit" if !was_refused() => Said::Came(start? + 1),
        "form_abandon" => Said::Left,
        _ => return None,
    };
    Some((funnel, said))
}

fn signup(document: &Document) -> &'static str {
    match (text(document, "formName"), text(document, "userRole")) {
        (Some("signup_client"), _) => "signup_client",
        (Some("signup_provider"), _) | (_, Some("provider")) => "signup_provider",
        _ => "signup_client",
    }
}

fn text<'d>(document: &'d Document, field: &str) -> Option<&'d str> {
    document.get(field).and_then(Value::as_str)
}

#[test]
fn the_examples_of_the_rules_are_counted_as_they_say() {
    let document = |minute: i64, kind: &str, form: &str| -> Document {
        let document = serde_json::json!({
            "id": format!("{minute:04}-{kind}"), "timestamp": Minute(29_000_000 + minute).start().to_string(),
            "sessionId": "s", "traffic": "human", "eventType": kind, "formName": form,
        });
        document.as_object().cloned().unwrap_or_default()
    };
    let counted = |events: &[(i64, &str, &str)]| -> Vec<String> {
        let documents: Vec<Document> =
            events.iter().map(|(minute, kind, form)| document(*minute, kind, form)).collect();
        let line = |counter: Counter| format!("{} {} {}", counter.minute.0 - 29_000_000, counter.key.0, counter.count);
        fold_counters(&documents).into_iter().map(line).collect()
    };
    assert_eq!(
        counted(&[(9, "form_submit", "contact"), (1, "form_start", "contact"), (2, "form_abandon", "contact")]),
        ["1 form:contact.form_start 1", "1 form:contact.won 1", "9 form:contact.form_submit 1"],
        "who comes back and sends was not lost"
    );
    assert_eq!(
        counted(&[(1, "form_abandon", "contact"), (2, "form_start", "contact")]),
        ["2 form:contact.form_start 1"],
        "what was left before is not what begins now"
    );
    assert_eq!(
        counted(&[(1, "signup_success", ""), (1, "signup_form_start", ""), (3, "form_abandon", "signup_client")]),
        [
            "1 signup_client.page_view_signup 1",
            "1 signup_client.signup_form_start 1",
            "1 signup_client.signup_form_submit 1",
            "1 signup_client.signup_success 1",
            "1 signup_client.won 1",
        ],
        "ids decide within a millisecond: the start comes first, and what is left after the success has no start"
    );
}
