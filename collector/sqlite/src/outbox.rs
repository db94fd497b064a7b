//! Messages to people, from the transaction that needed them to what became of them.

use rusqlite::{Connection, OptionalExtension as _};
use vigie_domain::outbox::{Entry, State};
use vigie_domain::time::Timestamp;
use vigie_store::CLAIM_FOR;

use crate::alerts::{document, mark_sent, text};
use crate::error::Outcome;

/// Adds a message; one whose key is there already stays as it is.
pub(crate) fn add(connection: &Connection, entry: &Entry) -> Outcome<()> {
    connection
        .prepare_cached(
            "insert into outbox(key, line, created_at, waiting, due_at, document) values(?, ?, ?, ?, ?, ?)
             on conflict do nothing",
        )?
        .execute((
            &entry.key,
            line(entry),
            entry.created_at.0,
            entry.state == State::Waiting,
            entry.due_at.0,
            text(entry)?,
        ))?;
    Ok(())
}

/// What is told of one alert by one channel stands in one line.
fn line(entry: &Entry) -> String {
    format!("{}:{}", entry.alert_id, entry.channel.as_str())
}

/// The waiting messages that are the first of their line.
const NEXT_IN_LINE: &str = "waiting and not exists
    (select 1 from outbox before where before.waiting and before.line = outbox.line and before.n < outbox.n)";

/// Takes waiting messages that are due. A message is due again when its claim ends.
pub(crate) fn claim(connection: &Connection, now: Timestamp, limit: usize) -> Outcome<Vec<Entry>> {
    let mut due = connection.prepare_cached(&format!(
        "select document from outbox where due_at <= ? and {NEXT_IN_LINE} order by due_at, n limit ?"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut entries: Vec<Entry> = due.query_map((now.0, limit), |row| document(row, 0))?.collect::<Outcome<_>>()?;
    for entry in &mut entries {
        entry.due_at = now + CLAIM_FOR;
        write(connection, entry)?;
    }
    Ok(entries)
}

/// Writes down what became of a message, unless that is settled already.
pub(crate) fn settle(connection: &Connection, entry: &Entry) -> Outcome<()> {
    if write(connection, entry)? && entry.state == State::Sent {
        mark_sent(connection, entry.alert_id, entry.channel)?;
    }
    Ok(())
}

/// Writes a message that is still waiting. Says whether it was.
fn write(connection: &Connection, entry: &Entry) -> Outcome<bool> {
    let written = connection
        .prepare_cached("update outbox set waiting = ?, due_at = ?, document = ? where key = ? and waiting")?
        .execute((entry.state == State::Waiting, entry.due_at.0, text(entry)?, &entry.key))?;
    Ok(written > 0)
}

/// When the next waiting message is due.
pub(crate) fn next(connection: &Connection) -> Outcome<Option<Timestamp>> {
    let mut next = connection.prepare_cached(&format!("select min(due_at) from outbox where {NEXT_IN_LINE}"))?;
    Ok(next.query_row([], |row| row.get(0)).optional()?.flatten().map(Timestamp))
}
