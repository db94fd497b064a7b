//! Facts about alerts and their records: one atomic write, guarded by the version it saw.

use vigie_domain::alert::{Alert, NotificationsSent, Record, Standing};
use vigie_domain::check::AlertCollection;
use vigie_domain::document::Collection;

use super::Place;
use super::given::{OTHER_CHECK, SIGNUP_CHECK, alert, at, id, message, numbers, opening, whole};
use crate::{AlertQuery, Applied, Change};

const ALL: AlertQuery = AlertQuery { collection: None, resolved: None, acknowledged: None, limit: 100 };

pub(super) async fn a_change_is_applied_once_for_each_version(place: &dyn Place) {
    let store = place.open();
    let nothing = Record { fingerprint: SIGNUP_CHECK.to_owned(), ..Record::default() };
    assert_eq!(store.standing(SIGNUP_CHECK).await, Ok(Standing { record: nothing, alert: None }));
    assert_eq!(store.apply(opening(alert(1, 5), 0, Vec::new())).await, Ok(Applied::Applied));
    let standing = store.standing(SIGNUP_CHECK).await.unwrap();
    assert_eq!((standing.record.version, standing.record.open), (1, Some(id(1))));
    assert_eq!(standing.alert, Some(alert(1, 5)));
    let resolved = Alert { resolved: true, version: 2, ..alert(1, 5) };
    let record = Record { open: None, cut: Some(at(6)), clean_since: Some(at(4)), ..standing.record };
    let change = Change {
        record: Some(record.clone()),
        alert: Some((AlertCollection::Functional, resolved.clone())),
        ..Change::default()
    };
    assert_eq!(store.apply(change).await, Ok(Applied::Applied));
    let standing = store.standing(SIGNUP_CHECK).await.unwrap();
    assert_eq!(standing, Standing { record: Record { version: 2, ..record }, alert: None });
    assert_eq!(store.alert(id(1)).await, Ok(Some((AlertCollection::Functional, resolved))));
    assert_eq!(store.alert(id(2)).await, Ok(None));
}

pub(super) async fn who_was_overtaken_changes_nothing(place: &dyn Place) {
    let store = place.open();
    store.plan(&[SIGNUP_CHECK, OTHER_CHECK], at(1)).await.unwrap();
    let claims = store.claim_due(at(1), 10).await.unwrap();
    let (first, second) = tokio::join!(
        store.apply(opening(alert(1, 5), 0, vec![message("1", &alert(1, 5), 5)])),
        store.apply(opening(alert(2, 5), 0, vec![message("2", &alert(2, 5), 5)]))
    );
    let mut answers = [first.unwrap(), second.unwrap()];
    answers.sort_by_key(|answer| *answer == Applied::Overtaken);
    assert_eq!(answers, [Applied::Applied, Applied::Overtaken], "of two at once one wins");
    let before = (store.next_due().await, whole(&*store, Collection::SystemAlerts).await);
    assert_eq!(before.1.len(), 1);
    for version in [0, 2, u64::from(u32::MAX)] {
        let late = Change {
            finished: Some((claims[0].clone(), at(900))),
            wake: Some((OTHER_CHECK.to_owned(), at(0))),
            ..opening(alert(3, 5), version, vec![message("3", &alert(3, 5), 5)])
        };
        assert_eq!(store.apply(late).await, Ok(Applied::Overtaken));
    }
    assert_eq!((store.next_due().await, whole(&*store, Collection::SystemAlerts).await), before);
    assert_eq!(whole(&*store, Collection::Outbox).await.len(), 1);
}

pub(super) async fn an_alert_stands_in_its_own_collection_and_in_the_systems(place: &dyn Place) {
    let store = place.open();
    let collections = [AlertCollection::Functional, AlertCollection::Payment, AlertCollection::System];
    for (n, collection) in (1..).zip(collections) {
        let boasting = NotificationsSent { slack: true, ..NotificationsSent::default() };
        let alert = Alert { notifications_sent: boasting, ..alert(n, 5) };
        store.apply(Change { alert: Some((collection, alert)), ..Change::default() }).await.unwrap();
    }
    assert_eq!(numbers(&*store, Collection::SystemAlerts).await, [1, 2, 3]);
    assert_eq!(numbers(&*store, Collection::FunctionalAlerts).await, [1]);
    assert_eq!(numbers(&*store, Collection::PaymentAlerts).await, [2]);
    let seen_again = Alert { occurrences: 2, ..alert(1, 5) };
    let change = Change { alert: Some((AlertCollection::Functional, seen_again.clone())), ..Change::default() };
    store.apply(change).await.unwrap();
    let own = whole(&*store, Collection::FunctionalAlerts).await;
    assert_eq!(own[0]["occurrences"], 2);
    assert_eq!(own[0], whole(&*store, Collection::SystemAlerts).await[0]);
    assert!(!own[0].contains_key("resolvedBy"), "a field without a value is not written");
    assert_eq!(own[0]["notificationsSent"]["slack"], false, "what was told is the store's own to know");
    assert_eq!(store.alert(id(1)).await, Ok(Some((AlertCollection::Functional, seen_again))));
}

pub(super) async fn alerts_are_listed_newest_first(place: &dyn Place) {
    let store = place.open();
    for (n, minute, collection, resolved, acknowledged) in [
        (4, 3, AlertCollection::Functional, false, false),
        (1, 5, AlertCollection::Payment, true, false),
        (2, 3, AlertCollection::System, true, true),
        (3, 9, AlertCollection::Functional, false, true),
    ] {
        let alert = Alert { resolved, acknowledged, ..alert(n, minute) };
        store.apply(Change { alert: Some((collection, alert)), ..Change::default() }).await.unwrap();
    }
    let functional = Some(AlertCollection::Functional);
    for (query, expected, count) in [
        (ALL, vec![3, 1, 4, 2], 4),
        (AlertQuery { limit: 2, ..ALL }, vec![3, 1], 4),
        (AlertQuery { collection: Some(AlertCollection::System), ..ALL }, vec![3, 1, 4, 2], 4),
        (AlertQuery { collection: functional, ..ALL }, vec![3, 4], 2),
        (AlertQuery { resolved: Some(true), ..ALL }, vec![1, 2], 2),
        (AlertQuery { acknowledged: Some(false), ..ALL }, vec![1, 4], 2),
        (AlertQuery { collection: functional, resolved: Some(false), acknowledged: Some(true), ..ALL }, vec![3], 1),
        (AlertQuery { collection: Some(AlertCollection::Payment), resolved: Some(false), ..ALL }, vec![], 0),
    ] {
        let (alerts, of) = store.alerts(query).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!((alerts.iter().map(|alert| alert.id).collect::<Vec<_>>(), of), (expected, count), "{query:?}");
    }
}

pub(super) async fn a_change_can_wake_a_check(place: &dyn Place) {
    let store = place.open();
    store.plan(&[SIGNUP_CHECK], at(1)).await.unwrap();
    let claim = store.claim_due(at(1), 1).await.unwrap().pop().unwrap();
    let wake = |minute| Change { wake: Some((SIGNUP_CHECK.to_owned(), at(minute))), ..Change::default() };
    store.apply(Change { finished: Some((claim.clone(), at(600))), ..wake(7) }).await.unwrap();
    assert_eq!(store.next_due().await, Ok(Some(at(7))), "whatever was planned");
    store.apply(wake(9)).await.unwrap();
    assert_eq!(store.next_due().await, Ok(Some(at(7))), "by then, not then");
    store.apply(Change { finished: Some((claim, at(600))), ..Change::default() }).await.unwrap();
    assert_eq!(store.next_due().await, Ok(Some(at(7))), "a wake outlives the claims before it");
    let unknown = Change { wake: Some(("gone".to_owned(), at(0))), ..Change::default() };
    assert_eq!(store.apply(unknown).await, Ok(Applied::Applied));
    assert_eq!(store.next_due().await, Ok(Some(at(7))));
}
