//! What is stored, page by page, as the contract's documents and in the order it was stored.
//!
//! The cursor is the row's number; of counters, which have none, their minute and key.

use rusqlite::{Connection, Row};
use vigie_domain::check::AlertCollection;
use vigie_domain::counts::{Counter, CounterKey};
use vigie_domain::document::{self, Collection, Document};
use vigie_domain::time::{Minute, Timestamp};
use vigie_store::Page;

use crate::error::{Outcome, unreadable};
use crate::names::Spelled;
use crate::rows::{self, CONTEXT, ERROR, EVENT};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) collection: Collection,
    pub(crate) since: Option<Timestamp>,
    pub(crate) after: Option<u64>,
    pub(crate) limit: usize,
}

pub(crate) fn page(connection: &Connection, names: &Spelled, request: Request) -> Outcome<Page> {
    match request.collection {
        Collection::AnalyticsEvents => {
            let sql = format!(
                "select e.n, {EVENT}, {CONTEXT} from events e join contexts c on c.n = e.context
                 where e.n > ? and c.received_at >= ? and e.event_type is not null order by e.n limit ?"
            );
            documents(connection, &sql, request, |row| {
                let (event, (context, received_at)) =
                    (rows::event(row, names, 1)?, rows::context(row, names, rows::AFTER_EVENT)?);
                Ok(Some(document::analytics_event(&event, &context, received_at)))
            })
        }
        Collection::FormErrors => {
            // A name that came when the table of names was full stands in the event itself.
            const KINDS: &str = "('form_error', 'signup_error', 'booking_error', 'payment_error')";
            let sql = format!(
                "select e.n, {EVENT}, {CONTEXT} from events e join contexts c on c.n = e.context
                 where e.n > ? and c.received_at >= ? and (e.event_type in (select n from names where name in {KINDS})
                 or e.event_type in {KINDS}) order by e.n limit ?"
            );
            documents(connection, &sql, request, |row| {
                let (event, (context, _)) =
                    (rows::event(row, names, 1)?, rows::context(row, names, rows::AFTER_EVENT)?);
                Ok(document::form_error(&event, &context))
            })
        }
        Collection::ErrorLogs => {
            let sql = format!(
                "select e.n, {ERROR}, {CONTEXT} from errors x join events e on e.n = x.n join contexts c on c.n = e.context
                 where x.n > ? and c.received_at >= ? order by x.n limit ?"
            );
            documents(connection, &sql, request, |row| {
                let (error, (context, received_at)) =
                    (rows::error(row, names, 1)?, rows::context(row, names, rows::AFTER_ERROR)?);
                Ok(Some(document::error_log(&error, &context, received_at)))
            })
        }
        Collection::SystemAlerts => alerts(connection, request, None),
        Collection::PaymentAlerts => alerts(connection, request, Some(AlertCollection::Payment)),
        Collection::FunctionalAlerts => alerts(connection, request, Some(AlertCollection::Functional)),
        Collection::Outbox => {
            let sql = "select n, document from outbox where n > ? and created_at >= ? order by n limit ?";
            documents(connection, sql, request, |row| stored(row, 1).map(Some))
        }
        Collection::Counts => counts(connection, request),
        Collection::Refused => {
            let sql = "select n, received_at, place, id, field, code, reason, event from refused
                       where n > ? and received_at >= ? order by n limit ?";
            documents(connection, sql, request, |row| {
                let (refusal, received_at) = rows::refusal(row, 1)?;
                Ok(Some(document::refusal(&refusal, received_at)))
            })
        }
        Collection::Lost => {
            let sql = "select n, id, received_at, counts from lost where n > ? and received_at >= ? order by n limit ?";
            documents(connection, sql, request, |row| {
                let (report, received_at) = rows::lost_report(row, 1)?;
                Ok(Some(document::lost_report(&report, received_at)))
            })
        }
    }
}

fn alerts(connection: &Connection, request: Request, collection: Option<AlertCollection>) -> Outcome<Page> {
    let of_collection = match collection {
        Some(AlertCollection::Payment) => "and collection = 'payment_alerts'",
        Some(AlertCollection::Functional) => "and collection = 'functional_alerts'",
        Some(AlertCollection::System) | None => "",
    };
    let sql =
        format!("select n, document from alerts where n > ? and created_at >= ? {of_collection} order by n limit ?");
    documents(connection, &sql, request, |row| stored(row, 1).map(Some))
}

/// Reads one row more than the page holds, to know whether it is the last.
fn documents(
    connection: &Connection,
    sql: &str,
    request: Request,
    read: impl Fn(&Row<'_>) -> Outcome<Option<Document>>,
) -> Outcome<Page> {
    let after = request.after.map_or(0, |after| i64::try_from(after).unwrap_or(i64::MAX));
    let since = request.since.map_or(i64::MIN, |since| since.0);
    let limit = i64::try_from(request.limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((after, since, limit))?;
    let mut page = Page::default();
    let (mut count, mut last) = (0, after);
    while let Some(row) = rows.next()? {
        if count == request.limit {
            page.next = Some(last.cast_unsigned());
            break;
        }
        page.documents.extend(read(row)?);
        last = row.get(0)?;
        count += 1;
    }
    Ok(page)
}

/// A stored document in the contract's form.
fn stored(row: &Row<'_>, column: usize) -> Outcome<Document> {
    let text = row.get_ref(column)?.as_str()?;
    Ok(document::without_nulls(serde_json::from_str(text).map_err(unreadable)?))
}

/// Room for the number of a counter's key beside its minute in the cursor.
const KEY_BITS: u32 = 24;

fn counts(connection: &Connection, request: Request) -> Outcome<Page> {
    let (minute, key) = request.after.map_or((i64::MIN, 0), |after| {
        ((after >> KEY_BITS).cast_signed(), (after & ((1 << KEY_BITS) - 1)).cast_signed())
    });
    let since = request.since.map_or(i64::MIN, |since| since.minute().0);
    let limit = i64::try_from(request.limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(
        "select c.minute, c.key, k.name, c.count from counts c join counter_keys k on k.n = c.key
         where (c.minute, c.key) > (?, ?) and c.minute >= ? and c.count > 0 order by c.minute, c.key limit ?",
    )?;
    let mut rows = statement.query((minute, key, since, limit))?;
    let mut page = Page::default();
    let mut last = 0;
    while let Some(row) = rows.next()? {
        if page.documents.len() == request.limit {
            page.next = Some(last);
            break;
        }
        let minute: i64 = row.get(0)?;
        last = minute.cast_unsigned() << KEY_BITS | row.get::<_, i64>(1)?.cast_unsigned();
        page.documents.push(document::counter(&counter(row)?));
    }
    Ok(page)
}

fn counter(row: &Row<'_>) -> Outcome<Counter> {
    Ok(Counter {
        minute: Minute(row.get(0)?),
        key: CounterKey(row.get(2)?),
        count: row.get::<_, i64>(3)?.max(0).cast_unsigned(),
    })
}

/// The counters of these keys from one minute to another, both included.
pub(crate) fn counters(
    connection: &Connection,
    keys: &[CounterKey],
    from: Minute,
    to: Minute,
) -> Outcome<Vec<Counter>> {
    let mut number = connection.prepare_cached("select n from counter_keys where name = ?")?;
    let mut numbers = Vec::with_capacity(keys.len());
    for key in keys {
        let mut found = number.query([&*key.0])?;
        if let Some(row) = found.next()? {
            numbers.push(row.get::<_, i64>(0)?.to_string());
        }
    }
    let sql = format!(
        "select c.minute, c.key, k.name, c.count from counts c join counter_keys k on k.n = c.key
         where c.minute between ? and ? and c.key in ({}) and c.count > 0 order by c.minute, k.name",
        numbers.join(",")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let counters = statement.query_map((from.0, to.0), counter)?;
    counters.collect()
}
