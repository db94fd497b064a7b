//! Rows back into the domain's words.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rusqlite::Row;
use rusqlite::types::FromSql;
use vigie_domain::event::{Agent, CapturedError, Context, Event, Kind, LostReport, Refusal};
use vigie_domain::id::Id;
use vigie_domain::time::Timestamp;
use vigie_protocol::field::ErrorSeverity;
use vigie_protocol::outcome::{LostReason, RefusalCode};
use vigie_protocol::{Consent, Role, Traffic};

use crate::error::{Outcome, broken, unreadable};
use crate::names::Spelled;
use crate::packed::unpacked;

/// The columns that [`event`] reads.
pub(crate) const EVENT: &str =
    "e.id, e.event_type, e.timestamp, e.page, e.form_name, e.field_name, e.submission_id, e.provider_id,
    e.booking_id, e.payment_id, e.amount, e.currency, e.method, e.error_code, e.error_message, e.metadata";
/// The column after an event that begins with the second.
pub(crate) const AFTER_EVENT: usize = 17;

/// The columns that [`error`] reads.
pub(crate) const ERROR: &str =
    "e.id, e.timestamp, x.severity, x.place, x.message, x.stack, x.error_type, x.handled, x.component, x.user_agent";
/// The column after an error that begins with the second.
pub(crate) const AFTER_ERROR: usize = 11;

/// The columns that [`context`] reads.
pub(crate) const CONTEXT: &str =
    "c.received_at, c.session_id, c.correlation_id, c.user_id, c.user_role, c.url, c.referrer, c.release,
    c.environment, c.language, c.device, c.browser, c.os, c.traffic, c.consent";

/// The columns of a row, one after the other.
struct Cursor<'r> {
    row: &'r Row<'r>,
    names: &'r Spelled,
    column: usize,
}

impl<'r> Cursor<'r> {
    const fn new(row: &'r Row<'r>, names: &'r Spelled, column: usize) -> Self {
        Self { row, names, column }
    }

    fn next<T: FromSql>(&mut self) -> Outcome<T> {
        self.column += 1;
        self.row.get(self.column - 1)
    }

    fn name(&mut self) -> Outcome<Option<&'r str>> {
        self.column += 1;
        Ok(self.names.read(self.row.get_ref(self.column - 1)?))
    }

    fn owned_name(&mut self) -> Outcome<Option<Box<str>>> {
        Ok(self.name()?.map(Into::into))
    }

    fn packed(&mut self) -> Outcome<Option<Box<str>>> {
        self.column += 1;
        Ok(unpacked(self.row.get_ref(self.column - 1)?))
    }

    fn time(&mut self) -> Outcome<Timestamp> {
        self.next().map(Timestamp)
    }

    fn id(&mut self) -> Outcome<Id> {
        self.next().map(Id)
    }
}

/// The event that begins with this column. Its context is not told by its row.
pub(crate) fn event(row: &Row<'_>, names: &Spelled, column: usize) -> Outcome<Event> {
    let mut columns = Cursor::new(row, names, column);
    Ok(Event {
        id: columns.id()?,
        kind: columns.name()?.map(Kind::from_name).ok_or_else(|| broken("an event is stored without its type"))?,
        timestamp: columns.time()?,
        context: 0,
        page: columns.owned_name()?,
        form_name: columns.owned_name()?,
        field_name: columns.owned_name()?,
        submission_id: columns.packed()?,
        provider_id: columns.next()?,
        booking_id: columns.next()?,
        payment_id: columns.next()?,
        amount: columns.next()?,
        currency: columns.owned_name()?,
        method: columns.owned_name()?,
        error_code: columns.owned_name()?,
        error_message: columns.next()?,
        metadata: columns.next()?,
    })
}

/// The captured error that begins with this column.
pub(crate) fn error(row: &Row<'_>, names: &Spelled, column: usize) -> Outcome<CapturedError> {
    let mut columns = Cursor::new(row, names, column);
    Ok(CapturedError {
        id: columns.id()?,
        timestamp: columns.time()?,
        context: 0,
        severity: columns.name()?.and_then(ErrorSeverity::from_name).unwrap_or(ErrorSeverity::Medium),
        place: columns.next()?,
        message: columns.next()?,
        stack: columns.next()?,
        error_type: columns.next()?,
        handled: columns.next()?,
        component: columns.next()?,
        user_agent: columns.next()?,
    })
}

/// The context that begins with this column, and when its batch was received.
pub(crate) fn context(row: &Row<'_>, names: &Spelled, column: usize) -> Outcome<(Context, Timestamp)> {
    let mut columns = Cursor::new(row, names, column);
    let received_at = columns.time()?;
    let context = Context {
        session_id: columns.packed()?.unwrap_or_default(),
        correlation_id: columns.packed()?,
        user_id: columns.next()?,
        user_role: columns.name()?.and_then(Role::from_name),
        url: columns.next()?,
        referrer: columns.next()?,
        release: columns.owned_name()?,
        environment: columns.owned_name()?,
        language: columns.owned_name()?,
        agent: Agent {
            device: columns.name()?.map(lasting),
            browser: columns.name()?.map(lasting),
            os: columns.name()?.map(lasting),
        },
        traffic: columns.name()?.and_then(Traffic::from_name),
        consent: columns.name()?.and_then(Consent::from_name),
    };
    Ok((context, received_at))
}

/// The domain names devices, browsers and systems from a list of its own, as `&'static str`; a stored name becomes one
/// again by being kept for good. They are few: no browser can fill them.
fn lasting(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    name
}

/// The refused event that begins with this column, and when it came.
pub(crate) fn refusal(row: &Row<'_>, column: usize) -> Outcome<(Refusal, Timestamp)> {
    let code: String = row.get(column + 4)?;
    let refusal = Refusal {
        index: usize::try_from(row.get::<_, i64>(column + 1)?).unwrap_or(usize::MAX),
        id: row.get(column + 2)?,
        field: row.get(column + 3)?,
        code: RefusalCode::from_name(&code).unwrap_or(RefusalCode::Invalid),
        reason: row.get(column + 5)?,
        event: row.get(column + 6)?,
    };
    Ok((refusal, Timestamp(row.get(column)?)))
}

/// The report of lost events that begins with this column, and when it came.
pub(crate) fn lost_report(row: &Row<'_>, column: usize) -> Outcome<(LostReport, Timestamp)> {
    let counts: std::collections::BTreeMap<String, u64> =
        serde_json::from_str(row.get_ref(column + 2)?.as_str()?).map_err(unreadable)?;
    let counts = counts.into_iter().filter_map(|(reason, count)| Some((LostReason::from_name(&reason)?, count)));
    Ok((LostReport { id: Id(row.get(column)?), counts: counts.collect() }, Timestamp(row.get(column + 1)?)))
}
