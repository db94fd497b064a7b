//! Facts about what comes out: whole, in order, page by page, and after opening again.

use std::sync::Arc;

use vigie_domain::alert::Alert;
use vigie_domain::document::{self, Collection, Document};
use vigie_domain::event::{Batch, Event};
use vigie_domain::time::Timestamp;

use super::Place;
use super::given::{
    SIGNUP_CHECK, alert, at, batch, counted, error, event, full_context, full_event, lost, message, ms, numbers,
    opening, refusals, session, whole,
};
use crate::{REFUSED_KEPT, Store};

/// Something in every collection.
async fn filled(place: &dyn Place) -> Arc<dyn Store> {
    let store = place.open();
    store.plan(&[SIGNUP_CHECK], at(1)).await.unwrap();
    for n in 0..7u64 {
        let received_at = at(10 + n.cast_signed());
        let events = [full_event(n), event(n + 20, n.cast_signed(), "form_start", "contact"), full_event(n + 40)];
        let errors = vec![error(n + 60)];
        let mut sent = Batch { errors, received_at, ..batch(full_context(), events) };
        sent.contexts[0].session_id = format!("018f3c5e-7a1b-7c3d-8e4f-00000000000{n}").into();
        sent.contexts.push(session(&format!("other-{n}")));
        sent.events.push(Event { context: 1, ..event(n + 80, 1, "signup_form_start", "signup_provider") });
        store.append(sent).await.unwrap();
        let place = usize::try_from(n).unwrap();
        store.append(Batch { received_at, ..refusals(place..place + 1) }).await.unwrap();
        store.append(Batch { received_at, ..lost(n + 100, n) }).await.unwrap();
        let alert = alert(n, 10 + n.cast_signed());
        let messages = vec![message(&format!("k{n}"), &alert, 10 + n.cast_signed())];
        store.apply(opening(Alert { fingerprint: format!("f{n}"), ..alert }, 0, messages)).await.unwrap();
    }
    store
}

/// Every collection in pages of a size.
async fn everything(store: &dyn Store, since: Option<Timestamp>, limit: usize) -> Vec<Vec<Document>> {
    let mut collections = Vec::new();
    for collection in Collection::ALL {
        let (mut documents, mut after) = (Vec::new(), None);
        loop {
            let page = store.export(*collection, since, after, limit).await.unwrap();
            assert!(page.documents.len() <= limit, "{collection:?}");
            documents.extend(page.documents);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        collections.push(documents);
    }
    collections
}

pub(super) async fn pages_join_to_the_whole(place: &dyn Place) {
    let store = filled(place).await;
    let all = everything(&*store, None, 1_000).await;
    let sizes: Vec<usize> = all.iter().map(Vec::len).collect();
    // Events, form errors, errors, the three of alerts (none of payment), messages, counters, refused, lost.
    assert_eq!(sizes, [28, 14, 7, 7, 0, 7, 7, 9, 7, 7]);
    for limit in [1, 2, 3, 7] {
        assert_eq!(everything(&*store, None, limit).await, all, "in pages of {limit}");
    }
}

pub(super) async fn since_leaves_out_what_is_older(place: &dyn Place) {
    let store = filled(place).await;
    let sizes = |all: &[Vec<Document>]| all.iter().map(Vec::len).collect::<Vec<usize>>();
    let newest = everything(&*store, Some(at(14)), 2).await;
    assert_eq!(sizes(&newest), [12, 6, 3, 3, 0, 3, 3, 0, 3, 3]);
    assert!(newest[0].iter().all(|event| event["receivedAt"].as_str() >= Some(&*at(14).to_string())));
    let after = everything(&*store, Some(at(14) + ms(1)), 2).await;
    assert_eq!(sizes(&after), [8, 4, 2, 2, 0, 2, 2, 0, 2, 2]);
    let counters = store.export(Collection::Counts, Some(at(5) + ms(30_000)), None, 100).await.unwrap().documents;
    assert_eq!(counters.len(), 2, "the minute in which it lies is in: {counters:?}");
}

pub(super) async fn every_field_comes_back_as_it_was(place: &dyn Place) {
    let store = place.open();
    let (full, bare) = (full_event(1), event(2, 1, "quiz_done", ""));
    let sent = Batch {
        contexts: vec![full_context(), session("bare")],
        errors: vec![error(3)],
        events: vec![full.clone(), Event { context: 1, ..bare.clone() }],
        ..batch(session(""), [])
    };
    store.append(sent).await.unwrap();
    let stored = whole(&*store, Collection::AnalyticsEvents).await;
    let expected = [
        document::analytics_event(&full, &full_context(), at(10)),
        document::analytics_event(&bare, &session("bare"), at(10)),
    ];
    assert_eq!(stored, expected);
    assert_eq!(stored[0].len(), 31, "every field of contract.md, 2: {:?}", stored[0].keys());
    let form_errors = whole(&*store, Collection::FormErrors).await;
    assert_eq!(form_errors, [document::form_error(&full, &full_context()).unwrap()]);
    let errors = whole(&*store, Collection::ErrorLogs).await;
    assert_eq!(errors, [document::error_log(&error(3), &full_context(), at(10))]);
}

pub(super) async fn the_last_thousand_refused_are_kept(place: &dyn Place) {
    let store = place.open();
    for indexes in [0..500, 500..900, 900..1_250] {
        store.append(refusals(indexes)).await.unwrap();
    }
    let kept = whole(&*store, Collection::Refused).await;
    assert_eq!(kept.len(), REFUSED_KEPT);
    assert_eq!((&kept[0]["index"], &kept[REFUSED_KEPT - 1]["index"]), (&250.into(), &1_249.into()));
    assert_eq!(kept[0], document::refusal(&refusals(250..251).refused[0], at(10)));
}

pub(super) async fn what_is_refused_again_is_kept_once(place: &dyn Place) {
    let store = place.open();
    let kept = async |batch: Batch| store.append(batch).await.unwrap().refused;
    assert_eq!(kept(refusals(0..3)).await, 3);
    assert_eq!(kept(refusals(0..3)).await, 0, "the answer was lost and the batch sent again");
    assert_eq!(kept(refusals(2..4)).await, 1, "in another batch");
    let nameless = || {
        let mut batch = refusals(0..1);
        batch.refused[0].id = None;
        batch
    };
    assert_eq!((kept(nameless()).await, kept(nameless()).await), (1, 1), "without an id nobody can tell");
    assert_eq!(whole(&*store, Collection::Refused).await.len(), 6);
}

pub(super) async fn a_lost_report_counts_once(place: &dyn Place) {
    let store = place.open();
    for (number, count, is_new) in [(2, 5, true), (1, 7, true), (2, 5, false), (2, 9, false)] {
        assert_eq!(store.append(lost(number, count)).await.unwrap().lost_is_new, is_new);
    }
    let told = whole(&*store, Collection::Lost).await;
    assert_eq!(numbers(&*store, Collection::Lost).await, [2, 1]);
    assert_eq!(told[0]["counts"], serde_json::json!({ "queue_full": 5, "invalid": 1 }));
}

pub(super) async fn what_stood_stands_after_opening_again(place: &dyn Place) {
    let store = filled(place).await;
    let before = (everything(&*store, None, 100).await, store.standing("f3").await, store.next_due().await);
    drop(store);
    for is_orderly in [true, false] {
        let store = place.open();
        let now = (everything(&*store, None, 100).await, store.standing("f3").await, store.next_due().await);
        assert_eq!(now, before);
        if is_orderly {
            store.close().await.unwrap();
        }
    }
    let store = place.open();
    let again = store.append(batch(full_context(), [full_event(3), event(500, 1, "form_submit", "contact")])).await;
    assert_eq!(again.map(|appended| (appended.accepted, appended.duplicates)), Ok((1, 1)));
    assert!(counted(&*store).await.contains(&"1 form:contact.form_submit 1".to_owned()));
}

pub(super) async fn a_closed_store_says_so(place: &dyn Place) {
    let store = place.open();
    store.ready().await.unwrap();
    let (appended, closed) = tokio::join!(store.append(batch(session("a"), [full_event(1)])), store.close());
    assert!(appended.is_ok(), "what waits is written");
    assert_eq!(closed, Ok(()));
    assert!(store.ready().await.is_err());
    assert!(store.append(batch(session("a"), [full_event(2)])).await.is_err());
    assert!(store.next_due().await.is_err());
    assert_eq!(store.close().await, Ok(()), "closing twice is no trouble");
    drop(store);
    assert_eq!(numbers(&*place.open(), Collection::AnalyticsEvents).await, [1]);
}
