//! Facts about messages: written once for a key, claimed by one, and settled once.

use vigie_domain::check::AlertCollection;
use vigie_domain::document::Collection;
use vigie_domain::outbox::{Entry, State};
use vigie_domain::time::Timestamp;

use super::Place;
use super::given::{alert, at, id, message, ms, opening, whole};
use crate::{CLAIM_FOR, Change, Store};

async fn claimed(store: &dyn Store, now: Timestamp) -> Vec<String> {
    store.claim_messages(now, 10).await.unwrap().into_iter().map(|entry| entry.key).collect()
}

async fn slack_was_told(store: &dyn Store, number: u64) -> bool {
    let (_, alert) = store.alert(id(number)).await.unwrap().unwrap();
    alert.notifications_sent.slack
}

fn sent(entry: &Entry, now: Timestamp) -> Entry {
    Entry { state: State::Sent, sent_at: Some(now), attempts: 1, answer: Some("ok".to_owned()), ..entry.clone() }
}

pub(super) async fn a_message_is_kept_once_for_its_key(place: &dyn Place) {
    let store = place.open();
    let first = message("k", &alert(1, 5), 5);
    let other_words = Entry { due_at: at(0), attempts: 7, ..first.clone() };
    let messages = vec![first.clone(), message("j", &alert(2, 5), 4), other_words.clone()];
    store.apply(opening(alert(1, 5), 0, messages)).await.unwrap();
    store.apply(Change { messages: vec![other_words], ..Change::default() }).await.unwrap();
    let outbox = whole(&*store, Collection::Outbox).await;
    assert_eq!(outbox.iter().map(|entry| entry["key"].as_str().unwrap()).collect::<Vec<_>>(), ["k", "j"]);
    assert_eq!(outbox[0]["attempts"], 0);
    assert_eq!(store.next_message_due().await, Ok(Some(at(4))));
    assert_eq!(claimed(&*store, at(4)).await, ["j"]);
    assert_eq!(store.next_message_due().await, Ok(Some(at(4) + CLAIM_FOR)));
    assert_eq!(claimed(&*store, at(5)).await, ["j", "k"], "the longest due first");
    assert_eq!(claimed(&*store, at(5)).await, [""; 0]);
}

pub(super) async fn a_message_that_is_not_settled_comes_back(place: &dyn Place) {
    let store = place.open();
    store.apply(opening(alert(1, 5), 0, vec![message("k", &alert(1, 5), 5)])).await.unwrap();
    let entry = store.claim_messages(at(6), 1).await.unwrap().pop().unwrap();
    assert_eq!(entry, Entry { due_at: at(6) + CLAIM_FOR, ..message("k", &alert(1, 5), 5) });
    drop(store); // the collector dies, and nobody knows what Slack answered
    let store = place.open();
    assert_eq!(claimed(&*store, at(6) + CLAIM_FOR - ms(1)).await, [""; 0]);
    assert_eq!(claimed(&*store, at(6) + CLAIM_FOR).await, ["k"]);
}

pub(super) async fn a_sent_message_marks_its_alert_and_stays_sent(place: &dyn Place) {
    let store = place.open();
    let messages = vec![message("k", &alert(1, 5), 5), message("lonely", &alert(9, 5), 5)];
    store.apply(opening(alert(1, 5), 0, messages)).await.unwrap();
    let mut entries = store.claim_messages(at(5), 10).await.unwrap();
    let (lonely, entry) = (entries.pop().unwrap(), entries.pop().unwrap());
    assert!(!slack_was_told(&*store, 1).await);
    store.settle_message(sent(&entry, at(5))).await.unwrap();
    store.settle_message(sent(&lonely, at(5))).await.unwrap(); // its alert is not there, which is no trouble
    assert!(slack_was_told(&*store, 1).await);
    let change = Change { alert: Some((AlertCollection::Functional, alert(1, 5))), ..Change::default() };
    store.apply(change).await.unwrap();
    assert!(slack_was_told(&*store, 1).await, "who changes the alert does not untell it");
    for late in [
        Entry { state: State::Dead, answer: Some("gone".to_owned()), ..entry.clone() },
        Entry { state: State::Waiting, due_at: at(6), ..entry.clone() },
    ] {
        store.settle_message(late).await.unwrap();
    }
    store.settle_message(sent(&message("unknown", &alert(1, 5), 5), at(5))).await.unwrap();
    assert_eq!(store.next_message_due().await, Ok(None));
    assert_eq!(claimed(&*store, at(600)).await, [""; 0]);
    let outbox = whole(&*store, Collection::Outbox).await;
    assert_eq!(outbox.len(), 2);
    assert_eq!((&outbox[0]["state"], &outbox[0]["answer"]), (&"sent".into(), &"ok".into()));
}

pub(super) async fn a_message_that_is_tried_later_waits_until_then(place: &dyn Place) {
    let store = place.open();
    store.apply(opening(alert(1, 5), 0, vec![message("k", &alert(1, 5), 5)])).await.unwrap();
    let entry = store.claim_messages(at(5), 1).await.unwrap().pop().unwrap();
    store.settle_message(Entry { due_at: at(8), attempts: 1, ..entry.clone() }).await.unwrap();
    assert_eq!(store.next_message_due().await, Ok(Some(at(8))));
    let entry = store.claim_messages(at(8), 1).await.unwrap().pop().unwrap();
    assert_eq!(entry.attempts, 1);
    store.settle_message(Entry { state: State::Dead, attempts: 2, ..entry }).await.unwrap();
    assert!(!slack_was_told(&*store, 1).await);
    assert_eq!(store.next_message_due().await, Ok(None));
    assert_eq!(whole(&*store, Collection::Outbox).await[0]["state"], "dead");
}

pub(super) async fn what_is_told_of_one_alert_is_told_in_order(place: &dyn Place) {
    let store = place.open();
    let messages = vec![message("opened", &alert(1, 5), 5), message("other", &alert(2, 5), 7)];
    store.apply(opening(alert(1, 5), 0, messages)).await.unwrap();
    let opened = store.claim_messages(at(5), 10).await.unwrap().pop().unwrap();
    store.settle_message(Entry { due_at: at(20), attempts: 1, ..opened }).await.unwrap();
    let resolved = Change { messages: vec![message("resolved", &alert(1, 5), 6)], ..Change::default() };
    store.apply(resolved).await.unwrap();
    assert_eq!(store.next_message_due().await, Ok(Some(at(7))), "who waits for another is not due");
    let other = store.claim_messages(at(10), 10).await.unwrap().pop().unwrap();
    assert_eq!(other.key, "other", "another alert's message waits for nobody");
    store.settle_message(sent(&other, at(10))).await.unwrap();
    let opened = store.claim_messages(at(20), 1).await.unwrap().pop().unwrap();
    assert_eq!(opened.key, "opened");
    store.settle_message(sent(&opened, at(20))).await.unwrap();
    assert_eq!(store.next_message_due().await, Ok(Some(at(6))));
    assert_eq!(claimed(&*store, at(20)).await, ["resolved"], "now it is its turn");
}
