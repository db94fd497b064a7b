//! A batch into rows: events, captured errors, the contexts they share, refusals and lost reports.
//!
//! The statements of the events live as long as the writer; everything rarer is prepared when it is needed. A context is
//! written after the events that use it, and only if one of them is new: a batch that is sent twice leaves nothing.

use rusqlite::{Connection, Statement, params};
use vigie_domain::event::{Batch, CapturedError, Context, Event, LostReport, Refusal};
use vigie_domain::session::{Funnel, mark_of};
use vigie_domain::time::Timestamp;
use vigie_store::{Appended, REFUSED_KEPT};

use crate::error::{Outcome, broken};
use crate::group::Group;
use crate::names::Names;
use crate::packed::Packed;

/// The statements that run for every event and every batch.
pub(crate) struct Rows<'db> {
    event: Statement<'db>,
    context: Statement<'db>,
}

impl<'db> Rows<'db> {
    pub(crate) fn new(connection: &'db Connection) -> Outcome<Self> {
        Ok(Self {
            event: connection.prepare(
                "insert into events(id, event_type, timestamp, context, page, form_name, field_name, submission_id, provider_id,
                 booking_id, payment_id, amount, currency, method, error_code, error_message, metadata)
                 values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
            )?,
            context: connection
                .prepare("insert into contexts values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?,
        })
    }

    /// Says whether the event is new.
    fn event(&mut self, names: &mut Names, event: &Event, context: i64) -> Outcome<bool> {
        let inserted = self.event.execute(params![
            event.id.0,
            names.column(event.kind.as_str()),
            event.timestamp.0,
            context,
            event.page.as_deref().map(|page| names.column(page)),
            event.form_name.as_deref().map(|form| names.column(form)),
            event.field_name.as_deref().map(|field| names.column(field)),
            event.submission_id.as_deref().map(Packed::new),
            event.provider_id,
            event.booking_id,
            event.payment_id,
            event.amount,
            event.currency.as_deref().map(|currency| names.column(currency)),
            event.method.as_deref().map(|method| names.column(method)),
            event.error_code.as_deref().map(|code| names.column(code)),
            event.error_message,
            event.metadata,
        ])?;
        Ok(inserted > 0)
    }

    fn context(&mut self, names: &mut Names, context: &Context, number: i64, received_at: Timestamp) -> Outcome<()> {
        self.context.execute(params![
            number,
            received_at.0,
            Packed::new(&context.session_id),
            context.correlation_id.as_deref().map(Packed::new),
            context.user_id,
            context.user_role.map(|role| names.column(role.as_str())),
            context.url,
            context.referrer,
            context.release.as_deref().map(|release| names.column(release)),
            context.environment.as_deref().map(|environment| names.column(environment)),
            context.language.as_deref().map(|language| names.column(language)),
            context.agent.device.map(|device| names.column(device)),
            context.agent.browser.map(|browser| names.column(browser)),
            context.agent.os.map(|os| names.column(os)),
            context.traffic.map(|traffic| names.column(traffic.as_str())),
            context.consent.map(|consent| names.column(consent.as_str())),
        ])?;
        Ok(())
    }
}

/// What an append did so far; which checks it woke is known at the group's end.
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) appended: Appended,
    /// Whether a mark was added that counts.
    pub(crate) moved: bool,
}

/// Appends a batch to the group's transaction.
pub(crate) fn append(group: &mut Group<'_>, batch: &Batch) -> Outcome<Counted> {
    let mut counted = Counted { appended: Appended::default(), moved: false };
    let mut contexts = Contexts { first: group.next_context, slots: vec![Slot::default(); batch.contexts.len()] };
    for event in &batch.events {
        let (number, context) = contexts.of(batch, event.context)?;
        if group.rows.event(&mut group.names, event, number)? {
            counted.appended.accepted += 1;
            contexts.used(event.context);
            if let Some((funnel, mark)) = mark_of(event, context) {
                if let Funnel::Form(name) = &funnel {
                    group.admit_form(name)?;
                }
                let slot = contexts.session(group, event.context, context)?;
                counted.moved |= group.sessions.mark(slot, funnel, mark);
            }
        } else {
            counted.appended.duplicates += 1;
        }
    }
    for error in &batch.errors {
        let (number, _) = contexts.of(batch, error.context)?;
        if captured_error(group, error, number)? {
            counted.appended.accepted += 1;
            contexts.used(error.context);
        } else {
            counted.appended.duplicates += 1;
        }
    }
    for ((slot, context), number) in contexts.slots.iter().zip(&batch.contexts).zip(contexts.first..) {
        if slot.used {
            group.rows.context(&mut group.names, context, number, batch.received_at)?;
            group.next_context = number + 1;
        }
    }
    counted.appended.refused = refusals(group.connection, &batch.refused, batch.received_at)?;
    if let Some(report) = &batch.lost {
        counted.appended.lost_is_new = lost(group.connection, report, batch.received_at)?;
    }
    if counted.moved {
        group.moved(batch.received_at);
    }
    Ok(counted)
}

/// The contexts of one batch: the numbers they get, and what is known of them so far.
struct Contexts {
    first: i64,
    slots: Vec<Slot>,
}

#[derive(Clone, Default)]
struct Slot {
    used: bool,
    session: Option<usize>,
}

impl Contexts {
    fn of<'b>(&self, batch: &'b Batch, place: usize) -> Outcome<(i64, &'b Context)> {
        let context = batch.contexts.get(place).ok_or_else(|| broken("an event names a context that is not there"))?;
        Ok((self.first + i64::try_from(place).unwrap_or(i64::MAX), context))
    }

    fn used(&mut self, place: usize) {
        self.slots[place].used = true;
    }

    fn session(&mut self, group: &mut Group<'_>, place: usize, context: &Context) -> Outcome<usize> {
        if let Some(slot) = self.slots[place].session {
            return Ok(slot);
        }
        let slot = group.sessions.slot(&context.session_id, &group.names)?;
        self.slots[place].session = Some(slot);
        Ok(slot)
    }
}

/// Says whether the error is new. Its row among the events, without a type, keeps its id apart from theirs.
fn captured_error(group: &mut Group<'_>, error: &CapturedError, context: i64) -> Outcome<bool> {
    let connection = group.connection;
    let inserted = connection
        .prepare_cached("insert into events(id, timestamp, context) values(?, ?, ?) on conflict do nothing")?
        .execute((error.id.0, error.timestamp.0, context))?;
    if inserted == 0 {
        return Ok(false);
    }
    connection.prepare_cached("insert into errors values(?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
        connection.last_insert_rowid(),
        group.names.column(error.severity.as_str()),
        error.place,
        error.message,
        error.stack,
        error.error_type,
        error.handled,
        error.component,
        error.user_agent,
    ])?;
    Ok(true)
}

/// Says how many were kept.
fn refusals(connection: &Connection, refused: &[Refusal], received_at: Timestamp) -> Outcome<usize> {
    if refused.is_empty() {
        return Ok(0);
    }
    let mut insert =
        connection.prepare_cached("insert into refused values(null, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing")?;
    let mut kept = 0;
    for refusal in refused {
        kept += insert.execute(params![
            received_at.0,
            i64::try_from(refusal.index).unwrap_or(i64::MAX),
            refusal.id,
            refusal.field,
            refusal.code.as_str(),
            refusal.reason,
            refusal.event,
        ])?;
    }
    // The numbers have no gaps: only the oldest are ever deleted.
    connection
        .prepare_cached("delete from refused where n <= (select max(n) from refused) - ?")?
        .execute([i64::try_from(REFUSED_KEPT).unwrap_or(i64::MAX)])?;
    Ok(kept)
}

/// Says whether the report is new.
fn lost(connection: &Connection, report: &LostReport, received_at: Timestamp) -> Outcome<bool> {
    let counts: serde_json::Map<String, serde_json::Value> =
        report.counts.iter().map(|(reason, count)| (reason.as_str().to_owned(), (*count).into())).collect();
    let inserted = connection
        .prepare_cached("insert into lost(id, received_at, counts) values(?, ?, ?) on conflict do nothing")?
        .execute((report.id.0, received_at.0, serde_json::Value::Object(counts).to_string()))?;
    Ok(inserted > 0)
}

/// About how many bytes of memory a batch holds while it waits.
pub(crate) fn weight(batch: &Batch) -> usize {
    let text = |text: &Option<Box<str>>| text.as_deref().map_or(0, str::len);
    let events: usize = batch.events.iter().map(|event| text(&event.metadata) + text(&event.error_message)).sum();
    let errors: usize = batch.errors.iter().map(|error| text(&error.message) + text(&error.stack)).sum();
    let refused: usize = batch.refused.iter().map(|refusal| refusal.event.len() + refusal.reason.len()).sum();
    let rows = batch.events.len() + batch.errors.len() + batch.refused.len() + batch.contexts.len();
    1 + rows * ROW_BYTES + events + errors + refused
}

/// An event in memory with its short texts.
const ROW_BYTES: usize = 500;
