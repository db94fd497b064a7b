//! How the data lies on disk, and how a connection is set up.
//!
//! Rows are narrow, which decides the speed (`peers.md`, 3): what events of a batch share is one row of `contexts`, names
//! are small integers of `names`, UUIDs are 16 bytes, and the events have no index but that of their ids. Captured errors
//! share the events' rows (with no event type), so that one index tells every duplicate; their own fields are in `errors`.
//!
//! Surprising: a column that holds a name may hold the text itself, once `names` is full ([`crate::names`]).

use rusqlite::Connection;

use crate::error::Outcome;

/// The version of what stands below, kept in `user_version`.
pub(crate) const VERSION: i64 = 1;

const TABLES: &str = "
create table names(n integer primary key, name text not null unique);

create table contexts(
    n integer primary key, received_at, session_id, correlation_id, user_id, user_role, url, referrer, release, environment,
    language, device, browser, os, traffic, consent);

create table events(
    n integer primary key, id blob not null unique, event_type, timestamp, context, page, form_name, field_name, submission_id,
    provider_id, booking_id, payment_id, amount, currency, method, error_code, error_message, metadata);

create table errors(
    n integer primary key, severity, place, message, stack, error_type, handled, component, user_agent);

create table marks(session, funnel, marks blob not null, primary key(session, funnel)) without rowid;
create table forms(name text primary key) without rowid;
create table counter_keys(n integer primary key, name text not null unique);
create table counts(minute integer, key integer, count integer not null, primary key(minute, key)) without rowid;

create table refused(n integer primary key, received_at, place, id, field, code, reason, event);
create unique index refused_once on refused(id, field, code) where id is not null;
create table lost(n integer primary key, id blob not null unique, received_at, counts);

create table due(check_id text primary key, recheck_at integer not null, generation integer not null, claimed_at integer);

create table records(fingerprint text primary key, version integer not null, document text not null);
create table alerts(
    n integer primary key, id blob not null unique, collection text not null, created_at integer not null,
    resolved integer not null, acknowledged integer not null, document text not null);
create table outbox(
    n integer primary key, key text not null unique, line text not null, created_at integer not null, waiting integer not null,
    due_at integer not null, document text not null);
create index outbox_due on outbox(due_at) where waiting;
create index outbox_line on outbox(line) where waiting;

create table pulse(n integer primary key, beats integer not null);
insert into pulse values(1, 0);
";

/// Pages in the log after which the writer moves them into the database: 16 MiB. Fewer cost more writes an event, since the
/// newest pages are written again each time; more make the pause longer.
const CHECKPOINT_PAGES: u32 = 4_000;
/// What the log is cut to after a checkpoint, if it had to grow.
const LOG_BYTES: u64 = 64 << 20;
/// Of the writer; a reader's is the default of 2 MiB. Ids follow time, so the pages in use are few; and once its index has split,
/// SQLite walks the whole cache at each commit.
const CACHE_KIB: u32 = 8 << 10;

/// Sets the writer's connection up and makes the tables if they are not there. Says which version stands there.
pub(crate) fn prepare_writer(connection: &Connection) -> Outcome<i64> {
    connection.execute_batch(&format!(
        "pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory; pragma cache_size = -{CACHE_KIB};
         pragma wal_autocheckpoint = {CHECKPOINT_PAGES}; pragma journal_size_limit = {LOG_BYTES};"
    ))?;
    connection.set_prepared_statement_cache_capacity(64);
    let version = version(connection)?;
    if version != 0 {
        return Ok(version);
    }
    connection.execute_batch(&format!("begin immediate; {TABLES} pragma user_version = {VERSION}; commit;"))?;
    Ok(VERSION)
}

/// Sets a reader's connection up.
pub(crate) fn prepare_reader(connection: &Connection) -> Outcome<i64> {
    connection.execute_batch("pragma query_only = on; pragma temp_store = memory;")?;
    // A reader waits only while the log of a killed collector is being recovered.
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    version(connection)
}

fn version(connection: &Connection) -> Outcome<i64> {
    connection.query_row("pragma user_version", [], |row| row.get(0))
}
