//! Reading alerts: `getActiveAlerts` and `getFunctionalAlerts`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use vigie_domain::check::AlertCollection;
use vigie_protocol::batch::Problem as ProblemDocument;
use vigie_store::AlertQuery;

use super::shape::Alerts;
use super::{Argument, Holder};
use crate::http::Http;
use crate::http::problem::Problem;

/// Alerts that are listed unless asked otherwise.
const LISTED: usize = 50;
/// Alerts that are listed at most, whatever is asked.
const LISTED_MAX: usize = 100;

/// Lists what is neither acknowledged nor resolved, of every collection, newest first, at most 50; `count` counts all.
#[utoipa::path(post, path = "/v1/admin/getActiveAlerts", tag = "admin", security(("bearer" = [])),
    request_body(content = Option<Object>, description = "`{}`"),
    responses(
        (status = 200, body = Alerts),
        (status = 401, description = "unauthorized", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub async fn get_active_alerts(
    State(http): State<Arc<Http>>,
    _: Holder,
    argument: Argument,
) -> Result<Json<Alerts>, Problem> {
    argument.only(&[])?;
    let query = AlertQuery { collection: None, resolved: Some(false), acknowledged: Some(false), limit: LISTED };
    let (alerts, count) = http.app.store.alerts(query).await?;
    Ok(Json(Alerts { success: None, alerts, count }))
}

/// Lists alerts of `functional_alerts`, newest first: `resolved` (false), `limit` (50, at most 100).
#[utoipa::path(post, path = "/v1/admin/getFunctionalAlerts", tag = "admin", security(("bearer" = [])),
    request_body(content = Object, description = "`{ resolved, limit? }`"),
    responses(
        (status = 200, body = Alerts),
        (status = 401, description = "unauthorized", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "invalid_argument; `field` names it", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub async fn get_functional_alerts(
    State(http): State<Arc<Http>>,
    _: Holder,
    argument: Argument,
) -> Result<Json<Alerts>, Problem> {
    argument.only(&["resolved", "limit"])?;
    let query = AlertQuery {
        collection: Some(AlertCollection::Functional),
        resolved: Some(argument.flag("resolved")?.unwrap_or(false)),
        acknowledged: None,
        limit: argument.positive("limit")?.unwrap_or(LISTED).min(LISTED_MAX),
    };
    let (alerts, count) = http.app.store.alerts(query).await?;
    Ok(Json(Alerts { success: Some(true), alerts, count }))
}
