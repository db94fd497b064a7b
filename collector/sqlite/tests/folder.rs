//! The folder of a store: who may open it, what is found in it, and what a failed opening says.

mod place;

use vigie_domain::document::Collection;
use vigie_domain::event::{Batch, Context, Event, Kind};
use vigie_domain::id::Id;
use vigie_domain::time::Timestamp;
use vigie_sqlite::{Reader, SqliteStore};
use vigie_store::Store as _;

use crate::place::Folder;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn batch(number: u8) -> Batch {
    let event = Event {
        id: Id::new(NOW, [number; 10]),
        kind: Kind::from_name("signup_form_start"),
        timestamp: NOW,
        context: 0,
        page: Some("/inscription".into()),
        form_name: Some("signup_client".into()),
        field_name: None,
        submission_id: None,
        provider_id: None,
        booking_id: None,
        payment_id: None,
        amount: Some(50.5),
        currency: None,
        method: None,
        error_code: None,
        error_message: None,
        metadata: Some(r#"{"step":1}"#.into()),
    };
    let context = Context { session_id: format!("session:{number}").into(), ..Context::default() };
    Batch { received_at: NOW, contexts: vec![context], events: vec![event], ..Batch::default() }
}

#[tokio::test]
async fn a_second_process_is_told_what_to_do_and_may_still_read() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.path()).unwrap();
    store.append(batch(1)).await.unwrap();
    let told = SqliteStore::open(folder.path()).err().unwrap().to_string();
    let place = folder.path().display();
    assert_eq!(
        told,
        format!(
            "cannot open the store {place}: another process holds it. Stop the other `vigie`, or give this one its own \
             folder with VIGIE_DATA."
        )
    );
    let mut reader = Reader::open(folder.path()).unwrap();
    let read =
        |reader: &mut Reader| reader.export(Collection::AnalyticsEvents, None, None, 10).unwrap().documents.len();
    assert_eq!(read(&mut reader), 1);
    store.append(batch(2)).await.unwrap();
    assert_eq!(read(&mut reader), 2, "what the collector writes meanwhile is seen");
    store.close().await.unwrap();
    assert_eq!(read(&mut reader), 2);
    SqliteStore::open(folder.path()).unwrap();
}
