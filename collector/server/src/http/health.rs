//! `/healthz`, `/readyz`, `/metrics`: whether it lives, whether it works, what it counted.
//!
//! Details are for who holds an admin token or sits at this machine. Surprising: asking the store costs it a commit, so its
//! answer is kept for a second, whoever asks.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use vigie_domain::time::Timestamp;
use vigie_protocol::outcome::ProblemCode;

use super::Http;
use super::admin::Holder;
use super::peer::{Peer, is_this_machine};
use super::problem::Problem;
use crate::telemetry;
use crate::{delivery, evaluation};

/// The process lives and answers.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "It lives", body = String, content_type = "text/plain")))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// What `/readyz` says.
#[derive(Serialize, ToSchema)]
pub(super) struct Ready {
    ready: bool,
    version: &'static str,
    #[serde(flatten)]
    details: Option<Details>,
}

/// What only the operator is told.
#[derive(Serialize, ToSchema)]
pub(super) struct Details {
    /// `ok`, or what the store said.
    store: String,
    loops: Vec<Loop>,
    channels: Vec<Way>,
}

/// A loop, when it last went round and when it means to again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Loop {
    name: &'static str,
    ok: bool,
    #[schema(value_type = Option<String>)]
    last_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    next_at: Option<Timestamp>,
}

/// A way to a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Way {
    name: &'static str,
    on: bool,
    /// What turns it on.
    variable: &'static str,
}

/// Whether the store can write and the loops go round.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "Ready; with details for the operator", body = Ready),
    (status = 503, description = "Not ready", body = Ready),
))]
pub(super) async fn readyz(State(http): State<Arc<Http>>, operator: Option<Operator>) -> Response {
    let store = http.readiness.ask(&http).await;
    let loops = loops(&http);
    let ready = store.is_ok() && loops.iter().all(|round| round.ok);
    let details = operator.map(|_| Details {
        store: store.err().unwrap_or_else(|| "ok".to_owned()),
        loops,
        channels: http.app.config.channels().map(|(name, on, variable)| Way { name, on, variable }).into(),
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, version: env!("CARGO_PKG_VERSION"), details })).into_response()
}

fn loops(http: &Http) -> Vec<Loop> {
    let (beats, now) = (http.app.pulse.beats(), http.app.clock.now());
    [evaluation::LOOP, delivery::LOOP]
        .map(|name| {
            let beat = beats.get(name);
            let ok = beat.is_none_or(|beat| !beat.is_late(now)); // one that never beat is only just starting
            Loop { name, ok, last_at: beat.map(|beat| beat.at), next_at: beat.and_then(|beat| beat.next) }
        })
        .into()
}

/// The store's last word and when it was said.
#[derive(Default)]
pub(super) struct Readiness(Mutex<Option<(Duration, Result<(), String>)>>);

/// How long the store's word is kept.
const KEPT_FOR: Duration = Duration::from_secs(1);

impl Readiness {
    async fn ask(&self, http: &Http) -> Result<(), String> {
        let mut last = self.0.lock().await; // whoever comes meanwhile waits for the same answer
        let now = http.app.clock.tick();
        if let Some((said_at, word)) = last.as_ref()
            && now.saturating_sub(*said_at) < KEPT_FOR
        {
            return word.clone();
        }
        let word = http.app.store.ready().await.map_err(|error| error.to_string());
        *last = Some((http.app.clock.tick(), word.clone()));
        word
    }
}

/// Counts for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", security((), ("bearer" = [])), responses(
    (status = 200, description = "Prometheus text", body = String, content_type = "text/plain"),
    (status = 401, description = "unauthorized: neither an admin token nor this machine"),
))]
pub(super) async fn metrics(operator: Option<Operator>) -> Response {
    if operator.is_none() {
        let detail = "metrics are for an admin token (Authorization: Bearer …) or for this machine itself";
        return Problem::new(ProblemCode::Unauthorized, detail).into_response();
    }
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"))];
    (headers, telemetry::metrics().render()).into_response()
}

/// Whoever may read details: an admin token, or a request from this machine itself.
pub(super) struct Operator;

impl axum::extract::OptionalFromRequestParts<Arc<Http>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, http: &Arc<Http>) -> Result<Option<Self>, Problem> {
        let peer = parts.extensions.get::<Peer>().copied();
        if peer.is_some_and(|peer| is_this_machine(peer, &parts.headers)) {
            return Ok(Some(Self));
        }
        let holder = Holder::from_request_parts(parts, http).await;
        Ok(holder.ok().filter(|holder| holder.may_act).map(|_| Self))
    }
}
