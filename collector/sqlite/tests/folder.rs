//! The folder of a store: who may open it, what is found in it, and what a failed opening says.

#![allow(clippy::unwrap_used, reason = "test code, also outside of test functions")]

mod place;

use vigie_domain::document::Collection;
use vigie_domain::event::{Batch, Context, Event, Kind};
use vigie_domain::id::Id;
use vigie_domain::time::Timestamp;
use vigie_sqlite::{Reader, SqliteStore};
use vigie_store::{Store as _, StoreError};

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

fn read(reader: &mut Reader) -> usize {
    reader.export(Collection::AnalyticsEvents, None, None, 10).unwrap().documents.len()
}

fn told<T>(opened: Result<T, StoreError>) -> String {
    opened.err().unwrap().to_string()
}

#[tokio::test]
async fn a_second_process_is_told_what_to_do_and_may_still_read() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.path()).unwrap();
    store.append(batch(1)).await.unwrap();
    let place = folder.path().display();
    assert_eq!(
        told(SqliteStore::open(folder.path())),
        format!(
            "cannot open the store {place}: another process holds it. Stop the other `vigie`, or give this one its own \
             folder with VIGIE_DATA."
        )
    );
    let mut reader = Reader::open(folder.path()).unwrap();
    assert_eq!(read(&mut reader), 1);
    store.append(batch(2)).await.unwrap();
    assert_eq!(read(&mut reader), 2, "what the collector writes meanwhile is seen");
    store.close().await.unwrap();
    assert_eq!(read(&mut reader), 2);
    SqliteStore::open(folder.path()).unwrap();
}

#[tokio::test]
async fn what_a_killed_collector_left_is_all_there() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let store = SqliteStore::open(folder.path()).unwrap();
    for number in 0..9 {
        store.append(batch(number)).await.unwrap();
    }
    // The files as they lie while the collector runs are what is left when it is killed.
    std::fs::create_dir_all(copy.path()).unwrap();
    for name in ["vigie.db", "vigie.db-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    assert!(std::fs::metadata(copy.path().join("vigie.db-wal")).unwrap().len() > 0, "the log was not moved yet");
    assert_eq!(read(&mut Reader::open(copy.path()).unwrap()), 9, "to a reader, with no collector there");
    let again = SqliteStore::open(copy.path()).unwrap();
    assert_eq!(again.append(batch(3)).await.unwrap().duplicates, 1, "and to the next collector");
    assert_eq!(read(&mut Reader::open(copy.path()).unwrap()), 9);
}

#[test]
fn what_does_not_open_says_why_and_what_to_do() {
    let folder = Folder::new();
    let place = folder.path().display();
    assert_eq!(
        told(Reader::open(folder.path())),
        format!(
            "cannot open the store {place}: there is no vigie.db in it. Name the collector's folder with VIGIE_DATA; \
             `vigie serve` makes it when it starts."
        )
    );
    drop(SqliteStore::open(folder.path()).unwrap());
    let database = folder.path().join("vigie.db");
    rusqlite::Connection::open(&database).unwrap().execute_batch("pragma user_version = 99").unwrap();
    for told in [told(SqliteStore::open(folder.path())), told(Reader::open(folder.path()))] {
        assert_eq!(
            told,
            format!(
                "cannot open the store {place}: it has the layout 99, and this `vigie` knows 1. Run the `vigie` that wrote \
                 it, or give this one its own folder with VIGIE_DATA."
            )
        );
    }
    std::fs::write(&database, [7; 8_192]).unwrap();
    assert_eq!(
        told(SqliteStore::open(folder.path())),
        format!(
            "cannot open the store {place}: file is not a database. Stop `vigie`, put the folder aside and restore a backup \
             of it; `vigie export` still reads what is whole."
        )
    );
    let under_a_file = database.join("data");
    assert!(told(SqliteStore::open(&under_a_file)).contains("Make the folder writable for the user that runs `vigie`"));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_into_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let store = SqliteStore::open(folder.path()).unwrap();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("vigie.db"), mode("vigie.db-wal"), mode("vigie.lock")), (0o700, 0o600, 0o600, 0o600));
    drop(store);
}
