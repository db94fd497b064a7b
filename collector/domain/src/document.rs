//! Documents as other systems read them: the collections of `contract.md`, section 2, field by field.
//!
//! Every store answers in this form, however it lays things out. A field without a value is not written.

use serde_json::{Map, Value, json};

use crate::counts::Counter;
use crate::event::{CapturedError, Context, Event, LostReport, Refusal};
use crate::time::{Span, Timestamp};

/// A JSON object.
pub type Document = Map<String, Value>;

/// What can be exported, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Collection {
    AnalyticsEvents,
    FormErrors,
    ErrorLogs,
    SystemAlerts,
    PaymentAlerts,
    FunctionalAlerts,
    /// Messages to people, sent or waiting.
    Outbox,
    /// Counters by the minute.
    Counts,
    /// The last refused events.
    Refused,
    /// What SDKs reported as lost.
    Lost,
}

impl Collection {
    /// Every collection.
    pub const ALL: &[Self] = &[
        Self::AnalyticsEvents,
        Self::FormErrors,
        Self::ErrorLogs,
        Self::SystemAlerts,
        Self::PaymentAlerts,
        Self::FunctionalAlerts,
        Self::Outbox,
        Self::Counts,
        Self::Refused,
        Self::Lost,
    ];

    /// The name on the command line and in Firestore.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnalyticsEvents => "analytics_events",
            Self::FormErrors => "form_errors",
            Self::ErrorLogs => "error_logs",
            Self::SystemAlerts => "system_alerts",
            Self::PaymentAlerts => "payment_alerts",
            Self::FunctionalAlerts => "functional_alerts",
            Self::Outbox => "outbox",
            Self::Counts => "counts",
            Self::Refused => "refused",
            Self::Lost => "lost",
        }
    }

    /// The collection of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|collection| collection.as_str() == name)
    }
}

/// A stored document, such as an alert or a message, without the fields that have no value.
#[must_use]
pub fn without_nulls(mut document: Document) -> Document {
    document.retain(|_, value| !value.is_null());
    document
}

/// Collects the fields that have a value.
#[derive(Default)]
struct Fields(Document);

impl Fields {
    fn set(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    fn text(self, name: &str, text: Option<&str>) -> Self {
        self.set(name, text)
    }

    fn time(self, name: &str, time: Timestamp) -> Self {
        self.set(name, Some(time.to_string()))
    }
}

/// An event's document in `analytics_events`.
#[must_use]
pub fn analytics_event(event: &Event, context: &Context, received_at: Timestamp) -> Document {
    let fields = Fields::default()
        .set("id", Some(event.id.to_string()))
        .text("eventType", Some(event.kind.as_str()))
        .time("timestamp", event.timestamp)
        .time("receivedAt", received_at);
    let fields = shared(fields, context)
        .text("userRole", context.user_role.map(vigie_protocol::Role::as_str))
        .text("page", event.page.as_deref())
        .text("referrer", context.referrer.as_deref())
        .text("formName", event.form_name.as_deref())
        .text("fieldName", event.field_name.as_deref())
        .text("submissionId", event.submission_id.as_deref())
        .text("providerId", event.provider_id.as_deref())
        .text("bookingId", event.booking_id.as_deref())
        .text("paymentId", event.payment_id.as_deref())
        .set("amount", event.amount)
        .text("currency", event.currency.as_deref())
        .text("method", event.method.as_deref())
        .text("errorCode", event.error_code.as_deref())
        .text("errorMessage", event.error_message.as_deref())
        .set("metadata", metadata(event))
        .text("environment", context.environment.as_deref())
        .text("language", context.language.as_deref())
        .text("device", context.agent.device)
        .text("browser", context.agent.browser)
        .text("os", context.agent.os)
        .text("traffic", Some(context.traffic.unwrap_or(vigie_protocol::Traffic::Human).as_str()))
        .text("consent", Some(context.consent.unwrap_or(vigie_protocol::Consent::Unasked).as_str()));
    fields.0
}

/// The document that an error of a form also makes in `form_errors`; none for any other event.
#[must_use]
pub fn form_error(event: &Event, context: &Context) -> Option<Document> {
    if !event.kind.is_form_error() {
        return None;
    }
    let fields = Fields::default()
        .set("id", Some(event.id.to_string()))
        .set("eventId", Some(event.id.to_string()))
        .text("submissionId", event.submission_id.as_deref())
        .text("formName", event.form_name.as_deref())
        .text("fieldName", event.field_name.as_deref())
        .text("errorType", event.error_code.as_deref())
        .text("errorMessage", event.error_message.as_deref())
        .time("timestamp", event.timestamp);
    let fields = shared(fields, context)
        .text("page", event.page.as_deref())
        .text("device", context.agent.device)
        .text("browser", context.agent.browser)
        .set("metadata", metadata(event));
    Some(fields.0)
}

/// How long a captured error is kept (`contract.md`, section 2).
const ERROR_KEPT_FOR: Span = Span::hours(30 * 24);

/// A captured error's document in `error_logs`.
#[must_use]
pub fn error_log(error: &CapturedError, context: &Context, received_at: Timestamp) -> Document {
    let fields = Fields::default()
        .set("id", Some(error.id.to_string()))
        .text("severity", Some(error.severity.as_str()))
        .text("context", error.place.as_deref())
        .text("message", error.message.as_deref())
        .text("stack", error.stack.as_deref())
        .text("errorType", error.error_type.as_deref())
        .time("timestamp", error.timestamp)
        .time("createdAt", received_at)
        .time("expireAt", received_at + ERROR_KEPT_FOR)
        .text("source", Some("frontend"))
        .set("handled", error.handled)
        .text("environment", context.environment.as_deref())
        .text("component", error.component.as_deref())
        .text("userAgent", error.user_agent.as_deref())
        .text("userRole", context.user_role.map(vigie_protocol::Role::as_str));
    shared(fields, context).0
}

/// What all three kinds of documents take from the context.
fn shared(fields: Fields, context: &Context) -> Fields {
    fields
        .text("sessionId", Some(&context.session_id))
        .text("correlationId", context.correlation_id.as_deref())
        .text("userId", context.user_id.as_deref())
        .text("url", context.url.as_deref())
        .text("release", context.release.as_deref())
}

fn metadata(event: &Event) -> Option<Value> {
    event.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

/// A counter's document.
#[must_use]
pub fn counter(counter: &Counter) -> Document {
    Fields::default()
        .time("minute", counter.minute.start())
        .text("key", Some(&counter.key.0))
        .set("count", Some(counter.count))
        .0
}

/// A refused event's document.
#[must_use]
pub fn refusal(refusal: &Refusal, received_at: Timestamp) -> Document {
    Fields::default()
        .time("receivedAt", received_at)
        .set("index", Some(refusal.index))
        .text("id", refusal.id.as_deref())
        .text("field", Some(&refusal.field))
        .text("code", Some(refusal.code.as_str()))
        .text("reason", Some(&refusal.reason))
        .text("event", Some(&refusal.event))
        .0
}

/// A report of lost events.
#[must_use]
pub fn lost_report(report: &LostReport, received_at: Timestamp) -> Document {
    let counts: Document =
        report.counts.iter().map(|(reason, count)| (reason.as_str().to_owned(), json!(count))).collect();
    Fields::default()
        .set("id", Some(report.id.to_string()))
        .time("receivedAt", received_at)
        .set("counts", Some(counts))
        .0
}
