//! What the collector says about itself, and to whom.

use std::collections::BTreeSet;

use serde_json::json;
use vigie_domain::time::Span;

use crate::collector::{ADMIN, Collector, VIEWER};
use crate::wire::Request;

#[tokio::test]
async fn it_lives_and_is_ready_and_tells_details_to_the_operator_alone() {
    let collector = Collector::start().await;
    assert_eq!(collector.ask(Request::get("/healthz")).await.status, 200);
    let details = |answer: &crate::wire::Answer| answer.json().get("channels").is_some();
    let here = collector.ask(Request::get("/readyz")).await;
    assert_eq!((here.status, details(&here)), (200, true));
    assert_eq!(here.json()["channels"], json!([{ "name": "slack", "on": false, "variable": "SLACK_WEBHOOK_URL" }]));
    assert_eq!(here.json()["store"], "ok");
    let proxied = || Request::get("/readyz").header("X-Forwarded-For", "203.0.113.1");
    for (request, expected) in [
        (proxied(), false),
        (Request::get("/readyz").header("Host", "evil.example"), false),
        (proxied().header("Authorization", &format!("Bearer {VIEWER}")), false),
        (proxied().header("Authorization", &format!("Bearer {ADMIN}")), true),
    ] {
        let answer = collector.ask(request).await;
        assert_eq!((answer.status, details(&answer)), (200, expected));
    }
}

#[tokio::test]
async fn it_is_not_ready_when_the_store_is_not() {
    let collector = Collector::start().await;
    assert_eq!(collector.ask(Request::get("/readyz")).await.status, 200);
    collector.app().store.close().await.unwrap();
    assert_eq!(collector.ask(Request::get("/readyz")).await.status, 200, "its word is kept for a second");
    collector.clock.turn(Span::seconds(1));
    let answer = collector.ask(Request::get("/readyz")).await;
    assert_eq!((answer.status, answer.json()["ready"].as_bool()), (503, Some(false)));
    assert_ne!(answer.json()["store"], "ok");
}

#[tokio::test]
async fn metrics_tell_each_events_fate_and_only_to_the_operator() {
    let collector = Collector::start().await;
    let batch = collector.batch(vec![collector.event(json!({})), json!({})]);
    assert_eq!(collector.post(&batch).await.status, 202);
    let text = String::from_utf8(collector.ask(Request::get("/metrics")).await.body).unwrap();
    for line in [
        "vigie_batches_total{outcome=\"accepted\"}",
        "vigie_events_total{fate=\"accepted\",reason=\"\"}",
        "vigie_events_total{fate=\"refused\",reason=\"missing\"}",
        "vigie_batch_seconds_bucket{le=\"0.005\"}",
        "# HELP vigie_events_total",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let proxied = || Request::get("/metrics").header("X-Forwarded-For", "203.0.113.1");
    assert_eq!(collector.ask(proxied()).await.problem(), (401, "unauthorized".to_owned()));
    let with_token = proxied().header("Authorization", &format!("Bearer {ADMIN}"));
    assert_eq!(collector.ask(with_token).await.status, 200);
}

#[tokio::test]
async fn openapi_describes_every_route_and_every_code() {
    let collector = Collector::start().await;
    let answer = collector.ask(Request::get("/openapi.json")).await;
    let document = answer.json();
    let routes: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "/",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/readyz",
        "/v1/admin/acknowledgeAlert",
        "/v1/admin/getActiveAlerts",
        "/v1/admin/getFunctionalAlerts",
        "/v1/admin/resolveFunctionalAlert",
        "/v1/admin/triggerFunctionalCheck",
        "/v1/batch",
    ];
    assert_eq!(routes, expected.into());
    assert_eq!(document["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} says what it is for");
            let status = collector.ask(Request::new(&method.to_uppercase(), path)).await.status;
            assert!(![404, 405].contains(&status), "{method} {path} is really there: {status}");
        }
    }
    let codes = document["paths"]["/v1/batch"]["post"]["responses"].as_object().unwrap();
    let codes: Vec<&str> = codes.keys().map(String::as_str).collect();
    assert_eq!(codes, ["202", "400", "401", "403", "408", "413", "415", "422", "429", "503"]);
    assert!(document["components"]["schemas"]["AlertDocument"].is_object());
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn the_described_alert_has_the_fields_of_the_real_one() {
    let alert = serde_json::to_value(vigie_domain::alert::Alert {
        id: vigie_domain::id::Id([0; 16]),
        severity: vigie_domain::verdict::Severity::Info,
        category: String::new(),
        title: String::new(),
        message: String::new(),
        impact: String::new(),
        suggested_action: String::new(),
        metadata: serde_json::Map::new(),
        created_at: vigie_domain::time::Timestamp(0),
        acknowledged: false,
        acknowledged_by: Some(String::new()),
        acknowledged_at: Some(vigie_domain::time::Timestamp(0)),
        resolved: false,
        resolved_at: Some(vigie_domain::time::Timestamp(0)),
        resolved_by: Some(String::new()),
        resolution: Some(String::new()),
        source: String::new(),
        check_id: String::new(),
        fingerprint: String::new(),
        occurrences: 0,
        last_seen_at: vigie_domain::time::Timestamp(0),
        onset_at: Some(vigie_domain::time::Timestamp(0)),
        version: 0,
        notifications_sent: vigie_domain::alert::NotificationsSent::default(),
    })
    .unwrap();
    let openapi = serde_json::to_value(vigie_collector::http::openapi()).unwrap();
    let described = &openapi["components"]["schemas"]["AlertDocument"]["properties"];
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(described), names(&alert));
}

#[tokio::test]
async fn the_page_says_what_runs_here_and_loads_nothing() {
    let collector = Collector::start().await;
    let answer = collector.ask(Request::get("/")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(String::from_utf8(answer.body).unwrap().contains(env!("CARGO_PKG_VERSION")));
}
