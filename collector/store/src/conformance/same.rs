//! Whether two stores give the same answers to everything that can be asked.

use vigie_domain::check::AlertCollection;
use vigie_domain::counts::CounterKey;
use vigie_domain::document::{Collection, Document};
use vigie_domain::id::Id;
use vigie_domain::time::{Minute, Timestamp};

use super::given::{MINUTE, OTHER_CHECK, SIGNUP_CHECK, at};
use crate::{AlertQuery, Store};

/// Panics if a question has two answers.
pub(super) async fn assert_same(left: &dyn Store, right: &dyn Store) {
    assert_eq!(left.next_due().await, right.next_due().await, "when the next check is due");
    assert_eq!(left.next_message_due().await, right.next_message_due().await, "when the next message is due");
    for collection in Collection::ALL {
        for (since, limit) in [(None, 1_000), (None, 3), (Some(at(2)), 7)] {
            let (left, right) =
                (exported(left, *collection, since, 1_000).await, exported(right, *collection, since, limit).await);
            assert_eq!(left, right, "{collection:?} since {since:?} in pages of {limit}");
        }
    }
    for (funnel, measure) in
        [("signup_client", "won"), ("signup_provider", "signup_form_start"), ("form:contact", "abandoned")]
    {
        let keys = [CounterKey::new(funnel, measure), CounterKey::new("booking", "booking_start")];
        for (from, to) in [(0, 100), (1, 1), (2, 4), (4, 2)] {
            let (from, to) = (Minute(MINUTE + from), Minute(MINUTE + to));
            let (left, right) = (left.counters(&keys, from, to).await, right.counters(&keys, from, to).await);
            assert_eq!(sorted(left.unwrap()), sorted(right.unwrap()), "{keys:?}");
        }
    }
    for fingerprint in [SIGNUP_CHECK, OTHER_CHECK, "unknown"] {
        assert_eq!(left.standing(fingerprint).await, right.standing(fingerprint).await);
    }
    for query in queries() {
        assert_eq!(left.alerts(query).await, right.alerts(query).await, "{query:?}");
    }
    for alert in exported(left, Collection::SystemAlerts, None, 1_000).await {
        let id = Id::parse(alert["id"].as_str().unwrap()).unwrap();
        assert_eq!(left.alert(id).await, right.alert(id).await);
    }
}

/// A collection whole. Counters have no order of arrival: they are compared as a set.
async fn exported(store: &dyn Store, collection: Collection, since: Option<Timestamp>, limit: usize) -> Vec<Document> {
    let (mut documents, mut after) = (Vec::new(), None);
    loop {
        let page = store.export(collection, since, after, limit).await.unwrap();
        documents.extend(page.documents);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if collection == Collection::Counts {
        documents.sort_by_key(|document| format!("{} {}", document["minute"], document["key"]));
    }
    documents
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

fn queries() -> impl Iterator<Item = AlertQuery> {
    let collections = [None, Some(AlertCollection::Functional), Some(AlertCollection::Payment)];
    let flags = [None, Some(true), Some(false)];
    collections.into_iter().flat_map(move |collection| {
        flags.into_iter().flat_map(move |resolved| {
            flags.into_iter().map(move |acknowledged| AlertQuery { collection, resolved, acknowledged, limit: 3 })
        })
    })
}
