//! Which pages may ask, and how browsers are told (Fetch standard, "CORS protocol").
//!
//! A layer over everything under `/v1/`, so that problems, panics and unknown routes are readable too. Surprising: outside
//! of the admin functions a foreign page is answered with its origin as well. It is refused all the same, and the SDK there
//! can read why and stop, instead of taking it for a broken network and trying again for days.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use vigie_protocol::outcome::ProblemCode;

use super::Http;
use super::problem::Problem;

/// What the request says about the page it comes from. On every request under `/v1/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// No browser's page: there is no `Origin`.
    None,
    Allowed,
    Foreign,
}

/// Headers that a page may send.
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("content-type, content-encoding, x-vigie-key");
const ADMIN_ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("content-type, authorization");
/// Seconds for which a browser need not ask again: as long as Chromium believes any answer.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The layer.
pub(super) async fn layer(State(http): State<Arc<Http>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/v1/") {
        return next.run(request).await;
    }
    let is_admin = path.starts_with("/v1/admin/");
    let origin = request.headers().get(header::ORIGIN).cloned();
    let page = page(&http, origin.as_ref(), request.headers());
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match page {
        Page::Foreign if is_preflight || is_admin => foreign().into_response(),
        _ if is_preflight => preflight(is_admin),
        _ => {
            request.extensions_mut().insert(page);
            next.run(request).await
        }
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|_| page == Page::Allowed || !is_admin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    }
    response
}

fn page(http: &Http, origin: Option<&HeaderValue>, headers: &HeaderMap) -> Page {
    let Some(origin) = origin else { return Page::None };
    let origin = origin.to_str().unwrap_or_default();
    if http.app.config.origins.allow(origin) || is_own(origin, headers) { Page::Allowed } else { Page::Foreign }
}

/// The collector's own page: its host is the one that was asked.
fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    host.is_some() && authority == host
}

fn preflight(is_admin: bool) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    let allowed = if is_admin { ADMIN_ALLOWED_HEADERS } else { ALLOWED_HEADERS };
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    response
}

/// The problem of a page that is not allowed.
#[must_use]
pub(super) fn foreign() -> Problem {
    let detail = "this page's origin is not among the allowed ones; add it to VIGIE_ORIGINS if it is yours";
    Problem::new(ProblemCode::OriginRefused, detail)
}
