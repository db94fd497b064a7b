//! `/`: says to a person what runs here and where to look.

use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse};

const PAGE: &str = concat!(
    r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Vigie</title>
<h1>Vigie "#,
    env!("CARGO_PKG_VERSION"),
    r#"</h1>
<p>The collector runs. Events come in at <code>POST /v1/batch</code>.
<ul>
<li><a href="/healthz">/healthz</a>: it is alive
<li><a href="/readyz">/readyz</a>: store, loops and channels
<li><a href="/metrics">/metrics</a>: counts, for Prometheus
<li><a href="/openapi.json">/openapi.json</a>: every route
</ul>
<p>Alerts are asked for under <code>/v1/admin/</code>. This build has no dashboard yet.
</html>
"#
);

/// The page that a person finds here.
#[utoipa::path(get, path = "/", tag = "health", responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
pub(super) async fn index() -> impl IntoResponse {
    let headers: [(HeaderName, &str); 4] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Html(PAGE))
}
