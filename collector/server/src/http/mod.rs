//! The port: events in, answers to the operator, and what the collector says about itself.
//!
//! A route and its description for `/openapi.json` are one line. Layers, from the outside: CORS, so that a browser can read
//! every answer; then whatever panics becomes a problem.

pub mod admin;
mod batch;
pub mod body;
mod connection;
mod cors;
mod health;
mod page;
pub mod peer;
pub mod problem;
mod rate;

use std::any::Any;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::{Json, Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vigie_protocol::outcome::ProblemCode;

use admin::BearerToken;
pub use body::Patience;
use body::Rooms;
pub(crate) use connection::Port;
use health::Readiness;
use problem::Problem;
use rate::Limits;

use crate::app::App;
use crate::telemetry::{self, Panicked};

/// What the routes share.
pub struct Http {
    pub app: Arc<App>,
    limits: Limits,
    readiness: Readiness,
    rooms: Rooms,
    patience: Patience,
}

impl Http {
    #[must_use]
    pub fn new(app: Arc<App>, patience: Patience) -> Self {
        let limits = Limits::new(&app.config, &app.clock);
        Self { app, limits, readiness: Readiness::default(), rooms: Rooms::default(), patience }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Vigie collector", description = "Events in, alerts out. Problems are `application/problem+json` with a `code`."),
    modifiers(&BearerToken),
    tags(
        (name = "events", description = "What browsers and servers send"),
        (name = "admin", description = "What operators ask and do"),
        (name = "health", description = "What the collector says about itself"),
    )
)]
struct Description;

/// Every route with its description.
fn described() -> OpenApiRouter<Arc<Http>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(batch::post))
        .routes(routes!(admin::alerts::get_active_alerts))
        .routes(routes!(admin::alerts::get_functional_alerts))
        .routes(routes!(admin::act::acknowledge_alert))
        .routes(routes!(admin::act::resolve_functional_alert))
        .routes(routes!(admin::trigger::trigger_functional_check))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(openapi_json))
        .routes(routes!(page::index))
}

/// The whole surface described, as `/openapi.json` says it.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}

/// The routes with their layers.
pub fn router(http: Arc<Http>) -> Router {
    let (router, _) = described().split_for_parts();
    router
        .fallback(nothing_here)
        .method_not_allowed_fallback(other_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(http.clone(), cors::layer))
        .with_state(http)
}

/// Describes every route of this collector.
#[utoipa::path(get, path = "/openapi.json", tag = "health", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn openapi_json() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi())
}

async fn nothing_here() -> Problem {
    Problem::new(ProblemCode::NotFound, "there is no such route; /openapi.json lists all there are")
}

async fn other_method() -> Problem {
    Problem::new(ProblemCode::MethodNotAllowed, "this route takes another method; the Allow header names it")
}

#[allow(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response {
    telemetry::emit(Panicked);
    let detail = "the request ran into a mistake of the collector's own; its log says more";
    Problem::new(ProblemCode::Internal, detail).into_response()
}
