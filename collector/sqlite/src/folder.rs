//! The folder of a store: `vigie.db` with its log, and the lock by which one process at a time writes there.
//!
//! The folder and the files are the user's alone: what visitors did is nobody else's to read.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use vigie_store::StoreError;

use crate::error::unopened;
use crate::schema;

const DATABASE: &str = "vigie.db";
const LOCK: &str = "vigie.lock";

/// The writer's connection and the lock that goes with it.
pub(crate) struct Held {
    pub(crate) connection: Connection,
    /// Dropped after the connection; the system drops it too when the process dies.
    pub(crate) lock: File,
}

/// Opens the store of a folder for writing; makes both if they are not there.
pub(crate) fn hold(folder: &Path) -> Result<Held, StoreError> {
    make_folder(folder).map_err(|error| denied(folder, &error))?;
    let lock = private_file(&folder.join(LOCK)).map_err(|error| denied(folder, &error))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::CannotOpen {
                place: folder.display().to_string(),
                cause: "another process holds it".to_owned(),
                hint: "Stop the other `vigie`, or give this one its own folder with VIGIE_DATA.",
            });
        }
        Err(TryLockError::Error(error)) => return Err(denied(folder, &error)),
    }
    let path = folder.join(DATABASE);
    private_file(&path).map_err(|error| denied(folder, &error))?; // SQLite gives the log the same mode
    let connection =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| unopened(folder, &error))?;
    let version = schema::prepare_writer(&connection).map_err(|error| unopened(folder, &error))?;
    known(folder, version)?;
    Ok(Held { connection, lock })
}

/// Opens the store of a folder for reading, while a collector writes there or not.
pub(crate) fn look_into(folder: &Path) -> Result<Connection, StoreError> {
    let path: PathBuf = folder.join(DATABASE);
    if !path.exists() {
        return Err(StoreError::CannotOpen {
            place: folder.display().to_string(),
            cause: format!("there is no {DATABASE} in it"),
            hint: "Name the collector's folder with VIGIE_DATA; `vigie serve` makes it when it starts.",
        });
    }
    let connection =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| unopened(folder, &error))?;
    let version = schema::prepare_reader(&connection).map_err(|error| unopened(folder, &error))?;
    known(folder, version)?;
    Ok(connection)
}

fn known(folder: &Path, version: i64) -> Result<(), StoreError> {
    if version == schema::VERSION {
        return Ok(());
    }
    Err(StoreError::CannotOpen {
        place: folder.display().to_string(),
        cause: format!("it has the layout {version}, and this `vigie` knows {}", schema::VERSION),
        hint: "Run the `vigie` that wrote it, or give this one its own folder with VIGIE_DATA.",
    })
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn denied(folder: &Path, error: &io::Error) -> StoreError {
    StoreError::CannotOpen {
        place: folder.display().to_string(),
        cause: error.to_string(),
        hint: "Make the folder writable for the user that runs `vigie`, or name another one with VIGIE_DATA.",
    }
}
