//! What the facts begin with: a visitor's events, an alert, a message.

use vigie_domain::alert::{Alert, NotificationsSent, Record, Transition};
use vigie_domain::check::AlertCollection;
use vigie_domain::counts::{Counter, CounterKey};
use vigie_domain::document::{Collection, Document};
use vigie_domain::event::{Agent, Batch, CapturedError, Context, Event, Kind, LostReport, Refusal};
use vigie_domain::id::Id;
use vigie_domain::notification::Message;
use vigie_domain::outbox::{Channel, Entry, State};
use vigie_domain::time::{Minute, Span, Timestamp};
use vigie_domain::verdict::Severity;
use vigie_protocol::field::ErrorSeverity;
use vigie_protocol::{Consent, RefusalCode, Role, Traffic};

use crate::{Change, Store};

/// The check whose facts a sign-up moves.
pub(super) const SIGNUP_CHECK: &str = "signup.form-drop-off";
/// A check that nothing moves.
pub(super) const OTHER_CHECK: &str = "other.check";

/// The first minute of the stories.
pub(super) const MINUTE: i64 = 29_916_660;

/// A moment of the stories: so many minutes after their beginning.
pub(super) fn at(minute: i64) -> Timestamp {
    Minute(MINUTE + minute).start()
}

/// The id of this number. Ids follow their numbers.
pub(super) fn id(number: u64) -> Id {
    let mut chance = [0; 10];
    chance[2..].copy_from_slice(&number.to_be_bytes());
    Id::new(at(0), chance)
}

/// An event of this number, kind and form, so many minutes after the beginning.
pub(super) fn event(number: u64, minute: i64, kind: &str, form: &str) -> Event {
    Event {
        id: id(number),
        kind: Kind::from_name(kind),
        timestamp: at(minute),
        context: 0,
        page: Some("/inscription".into()),
        form_name: (!form.is_empty()).then(|| form.into()),
        field_name: None,
        submission_id: None,
        provider_id: None,
        booking_id: None,
        payment_id: None,
        amount: None,
        currency: None,
        method: None,
        error_code: None,
        error_message: None,
        metadata: None,
    }
}

/// An event with every field.
pub(super) fn full_event(number: u64) -> Event {
    Event {
        field_name: Some("email".into()),
        submission_id: Some("018f3c5e-7a1b-7c3d-8e4f-0123456789ab".into()),
        provider_id: Some("prov_7".into()),
        booking_id: Some("book_7".into()),
        payment_id: Some("pi_7".into()),
        amount: Some(49.99),
        currency: Some("EUR".into()),
        method: Some("stripe".into()),
        error_code: Some("invalid".into()),
        error_message: Some("Adresse e-mail « invalide » 🙈".into()),
        metadata: Some(r#"{"step":3,"deep":{"er":[1,2.5,null,"é"]}}"#.into()),
        ..event(number, 3, "form_error", "signup_client")
    }
}

/// A captured error with every field.
pub(super) fn error(number: u64) -> CapturedError {
    CapturedError {
        id: id(number),
        timestamp: at(4),
        context: 0,
        severity: ErrorSeverity::High,
        place: Some("payment".into()),
        message: Some("undefined is not a function".into()),
        stack: Some("at pay (app.js:1:2)\nat main".into()),
        error_type: Some("TypeError".into()),
        handled: Some(false),
        component: Some("PayButton".into()),
        user_agent: Some("Mozilla/5.0".into()),
    }
}

/// A visitor.
pub(super) fn session(name: &str) -> Context {
    Context { session_id: name.into(), ..Context::default() }
}

/// A visitor of whom everything is known.
pub(super) fn full_context() -> Context {
    Context {
        session_id: "018f3c5e-7a1b-7c3d-8e4f-00000000000a".into(),
        correlation_id: Some("018F3C5E-7A1B-7C3D-8E4F-00000000000B".into()), // not the usual spelling, to be kept as it is
        user_id: Some("user-1".into()),
        user_role: Some(Role::Provider),
        url: Some("https://shop.example/inscription".into()),
        referrer: Some("https://search.example/".into()),
        release: Some("1.2.3".into()),
        environment: Some("production".into()),
        language: Some("fr-FR".into()),
        agent: Agent { device: Some("mobile"), browser: Some("Safari"), os: Some("iOS") },
        traffic: Some(Traffic::Human),
        consent: Some(Consent::Granted),
    }
}

/// What one visitor sends at once, received in the tenth minute.
pub(super) fn batch(visitor: Context, events: impl IntoIterator<Item = Event>) -> Batch {
    Batch { received_at: at(10), contexts: vec![visitor], events: events.into_iter().collect(), ..Batch::default() }
}

/// A batch that only tells what was refused.
pub(super) fn refusals(indexes: std::ops::Range<usize>) -> Batch {
    let refusal = |index| Refusal {
        index,
        id: Some(format!("id-{index}").into()),
        field: "amount".into(),
        code: RefusalCode::OutOfRange,
        reason: "an amount is not negative".into(),
        event: r#"{"amount":-1}"#.into(),
    };
    Batch { received_at: at(10), refused: indexes.map(refusal).collect(), ..Batch::default() }
}

/// A batch that only tells what was lost.
pub(super) fn lost(number: u64, count: u64) -> Batch {
    use vigie_protocol::LostReason;
    let counts = vec![(LostReason::QueueFull, count), (LostReason::Invalid, 1)];
    Batch { received_at: at(10), lost: Some(LostReport { id: id(number), counts }), ..Batch::default() }
}

/// An open alert, opened so many minutes after the beginning.
pub(super) fn alert(number: u64, minute: i64) -> Alert {
    Alert {
        id: id(number),
        severity: Severity::Critical,
        category: "signup_funnel".to_owned(),
        title: "Formulaire d’inscription abandonné".to_owned(),
        message: "12 sur 12".to_owned(),
        impact: "Personne ne s’inscrit.".to_owned(),
        suggested_action: "Essayez le formulaire.".to_owned(),
        metadata: Document::new(),
        created_at: at(minute),
        acknowledged: false,
        acknowledged_by: None,
        acknowledged_at: None,
        resolved: false,
        resolved_at: None,
        resolved_by: None,
        resolution: None,
        source: "live".to_owned(),
        check_id: SIGNUP_CHECK.to_owned(),
        fingerprint: SIGNUP_CHECK.to_owned(),
        occurrences: 1,
        last_seen_at: at(minute),
        onset_at: None,
        version: 1,
        notifications_sent: NotificationsSent::default(),
    }
}

/// A message about an alert, due when it is made.
pub(super) fn message(key: &str, alert: &Alert, minute: i64) -> Entry {
    Entry {
        key: key.to_owned(),
        alert_id: alert.id,
        transition: Transition::Opened,
        channel: Channel::Slack,
        message: Message {
            severity: alert.severity,
            resolved: false,
            heading: "CRITIQUE".to_owned(),
            text: alert.title.clone(),
            facts: Vec::new(),
            paragraphs: Vec::new(),
            link: None,
            footer: alert.check_id.clone(),
        },
        created_at: at(minute),
        due_at: at(minute),
        attempts: 0,
        state: State::Waiting,
        answer: None,
        sent_at: None,
    }
}

/// What opens an alert under its fingerprint.
pub(super) fn opening(alert: Alert, version: u64, messages: Vec<Entry>) -> Change {
    let record = Record { fingerprint: alert.fingerprint.clone(), open: Some(alert.id), version, ..Record::default() };
    Change { record: Some(record), alert: Some((AlertCollection::Functional, alert)), messages, ..Change::default() }
}

/// So many milliseconds.
pub(super) const fn ms(milliseconds: i64) -> Span {
    Span(milliseconds)
}

/// A collection whole.
pub(super) async fn whole(store: &dyn Store, collection: Collection) -> Vec<Document> {
    let page = store.export(collection, None, None, 1_000_000).await.unwrap();
    assert_eq!(page.next, None);
    page.documents
}

/// The ids of a collection, as the numbers they were made of.
pub(super) async fn numbers(store: &dyn Store, collection: Collection) -> Vec<u64> {
    let documents = whole(store, collection).await;
    let number = |document: &Document| {
        let id = Id::parse(document["id"].as_str().unwrap()).unwrap();
        u64::from_be_bytes(*id.0.last_chunk().unwrap()) & ((1 << 56) - 1)
    };
    documents.iter().map(number).collect()
}

/// All counters as lines: minute after the beginning, key, count.
pub(super) async fn counted(store: &dyn Store) -> Vec<String> {
    let documents = whole(store, Collection::Counts).await;
    let line = |document: &Document| {
        let minute: Timestamp = document["minute"].as_str().unwrap().parse().unwrap();
        let (key, count) = (document["key"].as_str().unwrap(), &document["count"]);
        format!("{} {key} {count}", minute.minute().0 - MINUTE)
    };
    let mut lines: Vec<String> = documents.iter().map(line).collect();
    lines.sort();
    lines
}

/// Some counters of the first hour, as lines.
pub(super) async fn counters(store: &dyn Store, keys: &[&str]) -> Vec<String> {
    let keys: Vec<CounterKey> = keys.iter().map(|key| CounterKey((*key).into())).collect();
    let counters = store.counters(&keys, Minute(MINUTE), Minute(MINUTE + 60)).await.unwrap();
    let line = |counter: &Counter| format!("{} {} {}", counter.minute.0 - MINUTE, counter.key.0, counter.count);
    counters.iter().map(line).collect()
}
