//! SQLite's refusals as sentences for whoever runs `vigie`: what failed, why, and what to do now.

use rusqlite::ErrorCode;
use vigie_store::StoreError;

/// What one operation of the store gives, on the way out of SQLite.
pub(crate) type Outcome<T> = rusqlite::Result<T>;

/// An operation that failed.
pub(crate) fn failed(doing: &'static str, error: &rusqlite::Error) -> StoreError {
    StoreError::Failed { doing, cause: error.to_string(), hint: hint(error) }
}

/// The store was closed, or its thread ended.
pub(crate) fn closed(doing: &'static str) -> StoreError {
    StoreError::Failed {
        doing,
        cause: "it is closed".to_owned(),
        hint: "If nobody stopped `vigie`, the log tells why; start it again.",
    }
}

/// A store that did not open.
pub(crate) fn unopened(place: &std::path::Path, error: &rusqlite::Error) -> StoreError {
    StoreError::CannotOpen { place: place.display().to_string(), cause: error.to_string(), hint: hint(error) }
}

/// Input that only a fault of the collector itself can bring about.
pub(crate) fn broken(what: &'static str) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(what.into())
}

/// A stored document that does not read as what it should be.
pub(crate) fn unreadable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}

const fn hint_of(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::DiskFull => "Make room on the disk that holds the store; what was not answered is sent again.",
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            "Make the folder and its files writable for the user that runs `vigie`, or name another one with VIGIE_DATA."
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            "Stop `vigie`, put the folder aside and restore a backup of it; `vigie export` still reads what is whole."
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "Another program writes to the database: end it; only `vigie` may."
        }
        ErrorCode::SystemIoFailure => "The disk or the network drive failed: look at its health and at its free space.",
        _ => "This is a fault of `vigie`: please report it with this line.",
    }
}

fn hint(error: &rusqlite::Error) -> &'static str {
    hint_of(error.sqlite_error_code().unwrap_or(ErrorCode::Unknown))
}
