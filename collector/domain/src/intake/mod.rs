//! From a body to events: what is whole is taken, what is not is refused with the field and the reason.
//!
//! The shape is read without copying (`raw`), each field is checked on its own (`fields`), so that one bad event never
//! costs its neighbours and the answer can name what was wrong. The times are corrected by the browser's own clock (`clock`),
//! the user agent is read and, but for errors, not kept (`user_agent`).

mod clock;
mod fields;
mod raw;
mod surrogates;
#[cfg(test)]
mod tests;
mod user_agent;

use vigie_protocol::limits::{BATCH_EVENTS_MAX, NAME_CHARS_MAX, URL_CHARS_MAX};
use vigie_protocol::outcome::{LostReason, ProblemCode};
use vigie_protocol::{Consent, EventType, RefusalCode, Role, Traffic};

use self::clock::BrowserClock;
use self::fields::{Cut, Reader, Refused, is_session_id};
use self::raw::{Field, RawBatch, RawEvent};
use crate::event::{Batch, CapturedError, Context, Event, Kind, LostReport, Refusal};
use crate::id::Id;
use crate::time::Timestamp;

/// Why a batch as a whole was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBatch {
    pub code: ProblemCode,
    /// The field of the batch that was wrong, where it was one.
    pub field: Option<&'static str>,
    /// What is wrong, in one sentence for the developer who sent it.
    pub detail: String,
}

/// Levels of nesting in a body: metadata may be five deep within event, list and batch, and what it holds unknown is refused
/// one event at a time; beyond this the body is an attack on whoever parses it.
const BODY_DEPTH_MAX: usize = 32;

/// Different sessions, users and addresses in one batch: each is kept whole, so five hundred would make 8 MB of a small body.
const CONTEXTS_MAX: usize = 64;

/// Reads a batch (`contract.md`, section 3). `user_agent` is the header.
///
/// # Errors
/// When the batch as a whole cannot be read; a single bad event is among [`Batch::refused`] instead.
pub fn parse(body: &[u8], user_agent: Option<&str>, received_at: Timestamp) -> Result<Batch, BadBatch> {
    let unreadable = |detail: String| BadBatch { code: ProblemCode::InvalidJson, field: None, detail };
    let text = std::str::from_utf8(body)
        .map_err(|error| unreadable(format!("the body is not UTF-8 from byte {}", error.valid_up_to())))?;
    if raw::depth(text) > BODY_DEPTH_MAX {
        return Err(unreadable(format!("the body is nested deeper than {BODY_DEPTH_MAX} levels")));
    }
    let raw: RawBatch<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => invalid(None, format!("the body is not a batch: {error}")),
        _ => unreadable(format!("the body is not JSON: {error}")),
    })?;
    read(raw, user_agent, received_at)
}

fn invalid(field: impl Into<Option<&'static str>>, detail: impl Into<String>) -> BadBatch {
    BadBatch { code: ProblemCode::InvalidBatch, field: field.into(), detail: detail.into() }
}

fn read(raw: RawBatch<'_>, user_agent: Option<&str>, received_at: Timestamp) -> Result<Batch, BadBatch> {
    let mut cut = Cut::default();
    let mut reader = Reader { cut: &mut cut };
    let of_batch = |refused: Refused| {
        let field = BATCH_FIELDS.iter().copied().find(|field| *field == refused.field);
        invalid(field, format!("{}: {}", refused.field, refused.reason))
    };
    let sent_at = reader.time(raw.sent_at, "sentAt").map_err(of_batch)?;
    let Some(sent_at) = sent_at else {
        return Err(invalid(
            "sentAt",
            "sentAt is required: the browser's time at sending, as in 2026-11-24T04:30:00.123Z",
        ));
    };
    let Some(session_id) = reader.name(raw.session_id, "sessionId").map_err(of_batch)? else {
        return Err(invalid("sessionId", "sessionId is required"));
    };
    let Some(raw_events) = raw.events else { return Err(invalid("events", "events is required: a list of 1 to 500")) };
    if raw_events.len() > BATCH_EVENTS_MAX {
        return Err(invalid(
            "events",
            format!("a batch holds at most {BATCH_EVENTS_MAX} events, this one {}", raw_events.len()),
        ));
    }
    let lost = read_lost(&mut reader, raw.lost)?;
    if raw_events.is_empty() && lost.is_none() {
        return Err(invalid("events", "a batch without events must at least report what was lost"));
    }
    let mut context =
        Context { session_id: session_id.into(), agent: user_agent::read(user_agent), ..Context::default() };
    if !is_session_id(&context.session_id) {
        return Err(invalid("sessionId", "sessionId is made of letters, digits and _ . : -"));
    }
    let shared = [
        raw.correlation_id,
        raw.user_id,
        raw.user_role,
        raw.url,
        raw.referrer,
        raw.release,
        raw.environment,
        raw.language,
        raw.traffic,
        raw.consent,
    ];
    // What the batch says for all and is wrong refuses each of its events, so that it is seen and kept like any refusal.
    let bad_context = read_context(&mut reader, &mut context, shared).err();
    if context.traffic.is_none() && user_agent::is_bot(user_agent) {
        context.traffic = Some(Traffic::Bot);
    }
    let page = reader.name(raw.page, "page").map_err(of_batch)?.map(Box::from);
    let mut batch = Batch { received_at, contexts: vec![context], lost, ..Batch::default() };
    let browser = BrowserClock::new(sent_at, received_at);
    batch.events.reserve(raw_events.len());
    for (index, raw) in raw_events.iter().enumerate() {
        let made = match &bad_context {
            Some(refused) => Err(refused.clone()),
            None => read_event(raw, &mut reader, &mut batch.contexts, page.as_deref(), user_agent, browser),
        };
        match made {
            Ok(Made::Event(event)) => batch.events.push(event),
            Ok(Made::Error(error)) => batch.errors.push(*error),
            Err(refused) => batch.refused.push(Refusal {
                index,
                id: raw.id().map(|id| reader.shortened(&id)),
                field: refused.field.into(),
                code: refused.code,
                reason: refused.reason.into(),
                event: raw.kept(),
            }),
        }
    }
    batch.cut_texts = cut.texts;
    Ok(batch)
}

const BATCH_FIELDS: [&str; 3] = ["sentAt", "sessionId", "page"];

fn read_lost(
    reader: &mut Reader<'_>,
    raw: Option<&serde_json::value::RawValue>,
) -> Result<Option<LostReport>, BadBatch> {
    let Some(raw) = raw else { return Ok(None) };
    let wrong = |detail: String| invalid("lost", detail);
    let entries: std::collections::BTreeMap<String, &serde_json::value::RawValue> = serde_json::from_str(raw.get())
        .map_err(|_| wrong("lost is an object of an id and counts by reason".to_owned()))?;
    let id = reader.text(entries.get("id").copied(), "lost.id", NAME_CHARS_MAX).ok().flatten();
    let Some(id) = id.as_deref().and_then(Id::parse) else { return Err(wrong("lost.id must be a UUIDv7".to_owned())) };
    let mut counts = Vec::new();
    for (reason, count) in entries.iter().filter(|(name, _)| *name != "id") {
        let Some(known) = LostReason::from_name(reason) else {
            return Err(wrong(format!("lost knows no reason {:?}", reader.shortened(reason))));
        };
        let count: u64 =
            serde_json::from_str(count.get()).map_err(|_| wrong(format!("lost.{known} is a whole number")))?;
        counts.push((known, count));
    }
    Ok(Some(LostReport { id, counts }))
}

/// What an event may say for itself though the batch says it too, in this order.
type SharedFields<'a> = [Option<&'a serde_json::value::RawValue>; 10];

fn read_context(reader: &mut Reader<'_>, context: &mut Context, shared: SharedFields<'_>) -> Result<(), Refused> {
    let [correlation, user, role, url, referrer, release, environment, language, traffic, consent] = shared;
    let mut set = |place: &mut Option<Box<str>>, raw, field, chars_max| {
        if let Some(text) = reader.text(raw, field, chars_max)? {
            *place = Some(text.into());
        }
        Ok(())
    };
    set(&mut context.correlation_id, correlation, "correlationId", NAME_CHARS_MAX)?;
    set(&mut context.user_id, user, "userId", NAME_CHARS_MAX)?;
    set(&mut context.url, url, "url", URL_CHARS_MAX)?;
    set(&mut context.referrer, referrer, "referrer", URL_CHARS_MAX)?;
    set(&mut context.release, release, "release", NAME_CHARS_MAX)?;
    set(&mut context.environment, environment, "environment", NAME_CHARS_MAX)?;
    set(&mut context.language, language, "language", NAME_CHARS_MAX)?;
    context.user_role = reader.one_of(role, "userRole", Role::ALL, Role::as_str)?.or(context.user_role);
    context.traffic = reader.one_of(traffic, "traffic", Traffic::ALL, Traffic::as_str)?.or(context.traffic);
    context.consent = reader.one_of(consent, "consent", Consent::ALL, Consent::as_str)?.or(context.consent);
    Ok(())
}

#[allow(clippy::large_enum_variant, reason = "nearly every one is an event; a box each would cost more than the moves")]
enum Made {
    Event(Event),
    Error(Box<CapturedError>),
}

fn read_event(
    raw: &RawEvent<'_>,
    reader: &mut Reader<'_>,
    contexts: &mut Vec<Context>,
    page: Option<&str>,
    user_agent: Option<&str>,
    browser: BrowserClock,
) -> Result<Made, Refused> {
    if !raw.is_object {
        return Err(Refused::new("events", RefusalCode::Invalid, "an event is an object"));
    }
    let get = |field| raw.get(field);
    let Some(id) = reader.text(get(Field::Id), "id", NAME_CHARS_MAX)? else {
        return Err(Refused::new("id", RefusalCode::Missing, "id is required: a UUIDv7"));
    };
    let Some(id) = Id::parse(&id) else {
        return Err(Refused::new(
            "id",
            RefusalCode::NotUuidv7,
            "id must be a UUIDv7, as in 019ab8e2-7c3f-7a52-9a41-0c5a3f1e2d4b",
        ));
    };
    let kind = reader.kind(get(Field::EventType))?;
    let happened_at = reader.time(get(Field::Timestamp), "timestamp")?;
    let timestamp = browser.correct(happened_at, id)?;
    let context = own_context(raw, reader, contexts)?;
    if kind == Kind::Known(EventType::Error) {
        let error = reader.captured_error(raw, id, timestamp, context, user_agent)?;
        return Ok(Made::Error(Box::new(error)));
    }
    let name =
        |reader: &mut Reader<'_>, field: Field| reader.name(get(field), field.name()).map(|name| name.map(Box::from));
    Ok(Made::Event(Event {
        id,
        kind,
        timestamp,
        context,
        page: name(reader, Field::Page)?.or_else(|| page.map(Box::from)),
        form_name: name(reader, Field::FormName)?,
        field_name: name(reader, Field::FieldName)?,
        submission_id: name(reader, Field::SubmissionId)?,
        provider_id: name(reader, Field::ProviderId)?,
        booking_id: name(reader, Field::BookingId)?,
        payment_id: name(reader, Field::PaymentId)?,
        amount: reader.amount(get(Field::Amount))?,
        currency: name(reader, Field::Currency)?,
        method: name(reader, Field::Method)?,
        error_code: name(reader, Field::ErrorCode)?,
        error_message: reader.message(get(Field::ErrorMessage), "errorMessage")?.map(Box::from),
        metadata: reader.metadata(raw)?,
    }))
}

/// The place of the context that holds for this event: the batch's, or one with what the event says for itself.
fn own_context(raw: &RawEvent<'_>, reader: &mut Reader<'_>, contexts: &mut Vec<Context>) -> Result<usize, Refused> {
    const OWN: [Field; 10] = [
        Field::CorrelationId,
        Field::UserId,
        Field::UserRole,
        Field::Url,
        Field::Referrer,
        Field::Release,
        Field::Environment,
        Field::Language,
        Field::Traffic,
        Field::Consent,
    ];
    let own = OWN.map(|field| raw.get(field));
    let session = raw.get(Field::SessionId);
    if session.is_none() && own.iter().all(Option::is_none) {
        return Ok(0);
    }
    let Some(base) = contexts.first() else { return Ok(0) };
    let mut context = base.clone();
    if let Some(session) = reader.name(session, "sessionId")? {
        if !is_session_id(&session) {
            return Err(Refused::new(
                "sessionId",
                RefusalCode::Invalid,
                "sessionId is made of letters, digits and _ . : -",
            ));
        }
        context.session_id = session.into();
    }
    read_context(reader, &mut context, own)?;
    if let Some(place) = contexts.iter().position(|known| *known == context) {
        return Ok(place);
    }
    if contexts.len() == CONTEXTS_MAX {
        let reason = format!(
            "a batch holds events of at most {CONTEXTS_MAX} sessions, users and addresses; send them in several"
        );
        return Err(Refused::new("events", RefusalCode::TooLarge, reason));
    }
    contexts.push(context);
    Ok(contexts.len() - 1)
}
