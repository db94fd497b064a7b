//! Acting on alerts: `acknowledgeAlert` and `resolveFunctionalAlert`.
//!
//! What an act changes is the domain's; here it is written, and written anew if somebody else was faster. Doing again what is
//! done changes nothing and answers the same.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use vigie_domain::alert::{self, Alert, Record, Transition};
use vigie_domain::check::AlertCollection;
use vigie_domain::id::Id;
use vigie_domain::notification::{self, UNDO_FOR};
use vigie_domain::time::Timestamp;
use vigie_protocol::batch::Problem as ProblemDocument;
use vigie_protocol::limits::{MESSAGE_CHARS_MAX, NAME_CHARS_MAX};
use vigie_protocol::outcome::ProblemCode;
use vigie_store::{Applied, Change};

use super::{Actor, Argument};
use crate::app::App;
use crate::http::Http;
use crate::http::problem::Problem;
use crate::telemetry::{self, AlertActedOn};

/// How often an act is tried again because somebody else changed the alert meanwhile.
const RACES_MAX: usize = 10;

/// What was done, and until when it can be taken back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    success: bool,
    #[schema(value_type = String)]
    alert_id: Id,
    #[schema(value_type = String)]
    undo_until: Timestamp,
}

impl Done {
    fn at(alert_id: Id, done_at: Timestamp) -> Self {
        Self { success: true, alert_id, undo_until: done_at + UNDO_FOR }
    }
}

/// Says that somebody has seen an alert, of whatever collection.
#[utoipa::path(post, path = "/v1/admin/acknowledgeAlert", tag = "admin", security(("bearer" = [])),
    request_body(content = Object, description = "`{ alertId }`"),
    responses(
        (status = 200, body = Done),
        (status = 401, description = "unauthorized", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "forbidden: a viewer's token", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "invalid_argument; `field` names it", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub async fn acknowledge_alert(
    State(http): State<Arc<Http>>,
    Actor(by): Actor,
    argument: Argument,
) -> Result<Json<Done>, Problem> {
    argument.only(&["alertId"])?;
    let id = alert_id(&argument)?;
    let app = &http.app;
    for _ in 0..RACES_MAX {
        let (collection, record, alert) = find(app, id).await?;
        let done_at = alert.acknowledged_at;
        let now = app.clock.now();
        let Some(alert) = alert::acknowledge(alert, &by, now) else {
            return Ok(Json(Done::at(id, done_at.unwrap_or(now))));
        };
        let check_id = alert.check_id.clone();
        let change = Change { record: Some(record), alert: Some((collection, alert)), ..Change::default() };
        if app.store.apply(change).await? == Applied::Applied {
            telemetry::emit(AlertActedOn { act: "acknowledge", check_id: &check_id });
            return Ok(Json(Done::at(id, now)));
        }
    }
    Err(overtaken())
}

/// Resolves an alert of `functional_alerts` with a note; what was bad before the next whole minute no longer counts.
#[utoipa::path(post, path = "/v1/admin/resolveFunctionalAlert", tag = "admin", security(("bearer" = [])),
    request_body(content = Object, description = "`{ alertId, resolution? }`"),
    responses(
        (status = 200, body = Done),
        (status = 401, description = "unauthorized", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "forbidden: a viewer's token", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "not_found: of no or of another collection", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "invalid_argument; `field` names it", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub async fn resolve_functional_alert(
    State(http): State<Arc<Http>>,
    Actor(by): Actor,
    argument: Argument,
) -> Result<Json<Done>, Problem> {
    argument.only(&["alertId", "resolution"])?;
    let id = alert_id(&argument)?;
    let note = argument.text("resolution", MESSAGE_CHARS_MAX)?.map(str::trim).filter(|note| !note.is_empty());
    let app = &http.app;
    for _ in 0..RACES_MAX {
        let (collection, record, alert) = find(app, id).await?;
        if collection != AlertCollection::Functional {
            return Err(no_such_alert());
        }
        let done_at = alert.resolved_at;
        let now = app.clock.now();
        let Some((record, alert)) = alert::resolve_by_hand(record, alert, &by, note.map(str::to_owned), now) else {
            return Ok(Json(Done::at(id, done_at.unwrap_or(now))));
        };
        let check_id = alert.check_id.clone();
        let messages = notification::messages(Transition::ResolvedByHand, &alert, None, &app.audience, &app.texts, now);
        let wake = record.cut.map(|cut| (check_id.clone(), cut)); // what is left out changes the verdict from then on
        let change = Change { record: Some(record), alert: Some((collection, alert)), messages, wake, finished: None };
        if app.store.apply(change).await? == Applied::Applied {
            telemetry::emit(AlertActedOn { act: "resolve", check_id: &check_id });
            app.messages_due.raise();
            app.checks_due.raise();
            return Ok(Json(Done::at(id, now)));
        }
    }
    Err(overtaken())
}

/// The alert with its record. The alert is read twice: first for its fingerprint, and again once the record is at hand, so
/// that a write guarded by the record's version knows the alert as it stood then.
async fn find(app: &App, id: Id) -> Result<(AlertCollection, Record, Alert), Problem> {
    let (_, alert) = app.store.alert(id).await?.ok_or_else(no_such_alert)?;
    let record = app.store.standing(&alert.fingerprint).await?.record;
    let (collection, alert) = app.store.alert(id).await?.ok_or_else(no_such_alert)?;
    Ok((collection, record, alert))
}

fn alert_id(argument: &Argument) -> Result<Id, Problem> {
    Id::parse(argument.required_text("alertId", NAME_CHARS_MAX)?).ok_or_else(no_such_alert)
}

fn no_such_alert() -> Problem {
    Problem::new(ProblemCode::NotFound, "no alert of this id stands where this function looks").about("alertId")
}

fn overtaken() -> Problem {
    let detail = "the alert changed each time it was to be written; try again";
    Problem::new(ProblemCode::Unavailable, detail).retry_after(vigie_domain::time::Span::seconds(1))
}
