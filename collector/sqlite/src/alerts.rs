//! Alerts and the records of their fingerprints: a JSON document each, beside the few columns that are asked for.
//!
//! `notificationsSent` is the store's own: it changes when a message is settled, and by nothing else.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql};
use serde::de::DeserializeOwned;
use vigie_domain::alert::{Alert, NotificationsSent, Record, Standing};
use vigie_domain::check::AlertCollection;
use vigie_domain::id::Id;
use vigie_domain::outbox::Channel;
use vigie_store::{AlertQuery, Applied, Change};

use crate::error::{Outcome, unreadable};
use crate::{due, outbox};

/// Applies a change in the transaction, or finds that somebody was faster.
pub(crate) fn apply(connection: &Connection, change: &Change) -> Outcome<Applied> {
    if let Some(record) = &change.record {
        if version(connection, &record.fingerprint)? != record.version {
            return Ok(Applied::Overtaken);
        }
        write_record(connection, record)?;
    }
    if let Some((collection, alert)) = &change.alert {
        write_alert(connection, *collection, alert)?;
    }
    for entry in &change.messages {
        outbox::add(connection, entry)?;
    }
    if let Some((claim, next)) = &change.finished {
        due::finish(connection, claim, *next)?;
    }
    if let Some((check_id, at)) = &change.wake {
        due::wake(connection, check_id, *at)?;
    }
    Ok(Applied::Applied)
}

fn version(connection: &Connection, fingerprint: &str) -> Outcome<u64> {
    let version = connection
        .prepare_cached("select version from records where fingerprint = ?")?
        .query_row([fingerprint], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(version.unwrap_or(0).cast_unsigned())
}

fn write_record(connection: &Connection, seen: &Record) -> Outcome<()> {
    let record = Record { version: seen.version + 1, ..seen.clone() };
    connection.prepare_cached("insert or replace into records values(?, ?, ?)")?.execute((
        &record.fingerprint,
        record.version.cast_signed(),
        text(&record)?,
    ))?;
    Ok(())
}

fn write_alert(connection: &Connection, collection: AlertCollection, alert: &Alert) -> Outcome<()> {
    let stored = read_alert(connection, alert.id)?;
    let notifications_sent = stored.map_or_else(NotificationsSent::default, |(_, stored)| stored.notifications_sent);
    let alert = Alert { notifications_sent, ..alert.clone() };
    connection
        .prepare_cached(
            "insert into alerts(id, collection, created_at, resolved, acknowledged, document) values(?, ?, ?, ?, ?, ?)
             on conflict do update set collection = excluded.collection, created_at = excluded.created_at,
             resolved = excluded.resolved, acknowledged = excluded.acknowledged, document = excluded.document",
        )?
        .execute((
            alert.id.0,
            collection.as_str(),
            alert.created_at.0,
            alert.resolved,
            alert.acknowledged,
            text(&alert)?,
        ))?;
    Ok(())
}

/// A message about the alert was taken.
pub(crate) fn mark_sent(connection: &Connection, id: Id, channel: Channel) -> Outcome<()> {
    let Some((_, mut alert)) = read_alert(connection, id)? else { return Ok(()) };
    match channel {
        Channel::Slack => alert.notifications_sent.slack = true,
    }
    connection.prepare_cached("update alerts set document = ? where id = ?")?.execute((text(&alert)?, id.0))?;
    Ok(())
}

/// What stands under a fingerprint.
pub(crate) fn standing(connection: &Connection, fingerprint: &str) -> Outcome<Standing> {
    let record: Option<Record> = connection
        .prepare_cached("select document from records where fingerprint = ?")?
        .query_row([fingerprint], |row| document(row, 0))
        .optional()?;
    let record = record.unwrap_or_else(|| Record { fingerprint: fingerprint.to_owned(), ..Record::default() });
    let alert = match record.open {
        Some(id) => read_alert(connection, id)?.map(|(_, alert)| alert),
        None => None,
    };
    Ok(Standing { record, alert })
}

/// The alert of this id with its own collection.
pub(crate) fn read_alert(connection: &Connection, id: Id) -> Outcome<Option<(AlertCollection, Alert)>> {
    connection
        .prepare_cached("select collection, document from alerts where id = ?")?
        .query_row([id.0], |row| {
            let collection: String = row.get(0)?;
            Ok((AlertCollection::from_name(&collection).unwrap_or(AlertCollection::System), document(row, 1)?))
        })
        .optional()
}

/// Alerts, newest first, and how many there are in all.
pub(crate) fn list(connection: &Connection, query: AlertQuery) -> Outcome<(Vec<Alert>, u64)> {
    let mut conditions = String::from("true");
    let mut values: Vec<Value> = Vec::new();
    if let Some(collection @ (AlertCollection::Functional | AlertCollection::Payment)) = query.collection {
        conditions.push_str(" and collection = ?");
        values.push(collection.as_str().to_owned().into());
    }
    for (column, wanted) in [("resolved", query.resolved), ("acknowledged", query.acknowledged)] {
        if let Some(wanted) = wanted {
            conditions.push_str(" and ");
            conditions.push_str(column);
            conditions.push_str(" = ?");
            values.push(wanted.into());
        }
    }
    let count: i64 = connection
        .prepare_cached(&format!("select count(*) from alerts where {conditions}"))?
        .query_row(rusqlite::params_from_iter(&values), |row| row.get(0))?;
    values.push(i64::try_from(query.limit).unwrap_or(i64::MAX).into());
    let sql = format!("select document from alerts where {conditions} order by created_at desc, id desc limit ?");
    let mut statement = connection.prepare_cached(&sql)?;
    let alerts = statement.query_map(rusqlite::params_from_iter(&values), |row| document(row, 0))?;
    Ok((alerts.collect::<Outcome<_>>()?, count.cast_unsigned()))
}

/// A document's text.
pub(crate) fn text(document: &impl serde::Serialize) -> Outcome<impl ToSql> {
    serde_json::to_string(document).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The document that stands in a column.
pub(crate) fn document<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Outcome<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(unreadable)
}
