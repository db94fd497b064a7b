//! What happens when there is no room: in the queue before the writer, and on the disk.

mod place;

use std::sync::Arc;

use vigie_domain::event::{Batch, Context, Event, Kind};
use vigie_domain::id::Id;
use vigie_domain::time::Timestamp;
use vigie_sqlite::SqliteStore;
use vigie_store::{Store, StoreError};

use crate::place::Folder;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

/// About as much as a request may bring.
fn large_batch(number: u8) -> Batch {
    let event = |place: u16| {
        let [high, low] = place.to_be_bytes();
        Event {
            id: Id::new(NOW, [0, 0, 0, number, high, low, 0, 0, 0, 0]),
            kind: Kind::from_name("quiz_done"),
            timestamp: NOW,
            context: 0,
            page: None,
            form_name: None,
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
            metadata: Some(format!("{{\"text\":\"{}\"}}", "x".repeat(8_000)).into()),
        }
    };
    let context = Context { session_id: "a".into(), ..Context::default() };
    Batch { received_at: NOW, contexts: vec![context], events: (0..120).map(event).collect(), ..Batch::default() }
}

#[tokio::test]
async fn a_flood_is_refused_and_the_collectors_own_work_is_not() {
    let folder = Folder::new();
    let store = Arc::new(SqliteStore::open(folder.path()).unwrap());
    store.plan(&["check"], NOW).await.unwrap();
    // Another program holds the database: the writer waits for it, and the queue before the writer fills.
    let blocker = rusqlite::Connection::open(folder.path().join("vigie.db")).unwrap();
    blocker.execute_batch("begin immediate").unwrap();
    let flood: Vec<_> = (0..40)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.append(large_batch(number)).await })
        })
        .collect();
    let its = Arc::clone(&store);
    let claim = tokio::spawn(async move { its.claim_due(NOW, 1).await });
    tokio::task::yield_now().await; // all of them ask now: this runtime has one thread
    assert!(store.ready().await.is_err(), "and who asks whether the store is ready hears that it is not");
    blocker.execute_batch("commit").unwrap();
    let (mut stored, mut refused) = (0, 0);
    for append in flood {
        match append.await.unwrap() {
            Ok(appended) => stored += appended.accepted,
            Err(StoreError::Overloaded { retry_after }) => {
                assert!(retry_after.0 > 0);
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!((8..=24).contains(&refused), "{refused} of 40 were refused");
    assert_eq!(stored, (40 - refused) * 120);
    assert_eq!(claim.await.unwrap().unwrap().len(), 1);
    store.ready().await.unwrap();
}
