//! `triggerFunctionalCheck`: judges checks now, whatever was planned. What they find changes alerts as always.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use vigie_domain::check::CheckType;
use vigie_domain::verdict::Verdict;
use vigie_protocol::batch::Problem as ProblemDocument;
use vigie_protocol::limits::NAME_CHARS_MAX;

use super::argument::invalid;
use super::{Actor, Argument};
use crate::evaluation::{self, Judged};
use crate::http::Http;
use crate::http::problem::Problem;

/// What each check said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdicts {
    success: bool,
    check_type: String,
    verdicts: Vec<CheckVerdict>,
}

/// What one check said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckVerdict {
    check_id: &'static str,
    /// `firing`, `undecided`, `clear`, `clean` or `not_enough_data`.
    verdict: &'static str,
    /// The numbers that were compared: of what fires all of them, of what has too little data `have` and `need`.
    #[schema(value_type = Object)]
    numbers: Map<String, Value>,
}

impl From<Judged> for CheckVerdict {
    fn from(Judged { check, verdict }: Judged) -> Self {
        let numbers = match &verdict {
            Verdict::Firing(finding) => finding.metadata(),
            Verdict::NotEnoughData { have, need } => {
                [("have".to_owned(), json!(have)), ("need".to_owned(), json!(need))].into_iter().collect()
            }
            Verdict::Undecided | Verdict::Clear | Verdict::Clean => Map::new(),
        };
        Self { check_id: check.id, verdict: verdict.name(), numbers }
    }
}

/// Judges every check of a type now.
#[utoipa::path(post, path = "/v1/admin/triggerFunctionalCheck", tag = "admin", security(("bearer" = [])),
    request_body(content = Object, description = "`{ checkType }`: all, critical, signup, booking, tracking, payment, forms or availability"),
    responses(
        (status = 200, body = Verdicts),
        (status = 401, description = "unauthorized", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "forbidden: a viewer's token", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "invalid_argument; `field` names it", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub async fn trigger_functional_check(
    State(http): State<Arc<Http>>,
    _: Actor,
    argument: Argument,
) -> Result<Json<Verdicts>, Problem> {
    argument.only(&["checkType"])?;
    let name = argument.required_text("checkType", NAME_CHARS_MAX)?;
    let Some(check_type) = CheckType::from_name(name) else {
        let known: Vec<&str> = CheckType::NAMES.iter().map(|(name, _)| *name).collect();
        return Err(invalid("checkType", format!("expected one of {}", known.join(", "))));
    };
    let judged = evaluation::judge_now(&http.app, check_type).await?;
    let verdicts = judged.into_iter().map(CheckVerdict::from).collect();
    Ok(Json(Verdicts { success: true, check_type: name.to_owned(), verdicts }))
}
