//! What browsers are told: preflights, the origin on every answer, and who may not ask.

use serde_json::json;

use crate::collector::{ADMIN, Collector, SHOP, admin, from_the_shop};
use crate::wire::{Answer, Request};

fn preflight(path: &str, origin: &str, headers: &str) -> Request {
    Request::new("OPTIONS", path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", headers)
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn the_shops_preflight_is_answered_and_a_foreign_one_refused() {
    let collector = Collector::start().await;
    let answer = collector.ask(preflight("/v1/batch", SHOP, "content-encoding,x-vigie-key")).await;
    assert_eq!((answer.status, allowed(&answer)), (204, Some(SHOP)));
    assert_eq!(answer.header("access-control-allow-headers"), Some("content-type, content-encoding, x-vigie-key"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(answer.header("access-control-max-age"), Some("7200"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("vary"), Some("Origin"));

    let answer = collector.ask(preflight("/v1/batch", "https://evil.example", "x-vigie-key")).await;
    assert_eq!(answer.problem(), (403, "origin_refused".to_owned()));
    assert_eq!(answer.header("access-control-allow-headers"), None);

    let answer = collector.ask(preflight("/v1/admin/getActiveAlerts", SHOP, "authorization")).await;
    assert_eq!((answer.status, allowed(&answer)), (204, Some(SHOP)));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("authorization"));
    let answer = collector.ask(preflight("/v1/admin/getActiveAlerts", "https://evil.example", "authorization")).await;
    assert_eq!((answer.status, allowed(&answer)), (403, None));
}

#[tokio::test]
async fn a_page_can_read_every_answer_problems_included() {
    let collector = Collector::start().await;
    let good = collector.batch(vec![collector.event(json!({}))]).to_string();
    for (request, status) in [
        (from_the_shop(good.clone()), 202),
        (from_the_shop(good.clone()).without("X-Vigie-Key"), 401),
        (from_the_shop("{"), 400),
        (from_the_shop(vec![b' '; 2 << 20]), 413),
        (from_the_shop("").at("/v1/nowhere"), 404),
        (Request::new("PUT", "/v1/batch").header("Origin", SHOP), 405),
        (admin("getActiveAlerts", "guess", "").header("Origin", SHOP), 401),
        (admin("getActiveAlerts", ADMIN, "").header("Origin", SHOP), 200),
    ] {
        let answer = collector.ask(request).await;
        assert_eq!((answer.status, allowed(&answer)), (status, Some(SHOP)));
        assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"));
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert_eq!(answer.header("cache-control"), None, "no-store would block a browser's connections");
    }
    let evil = "https://evil.example";
    let answer = collector.ask(from_the_shop(good).without("Origin").header("Origin", evil)).await;
    assert_eq!((answer.status, allowed(&answer)), (403, Some(evil)), "its SDK can read that it is to stop");
    let answer = collector.ask(admin("getActiveAlerts", ADMIN, "").header("Origin", evil)).await;
    assert_eq!((answer.problem(), allowed(&answer)), ((403, "origin_refused".to_owned()), None));
}

#[tokio::test]
async fn what_is_not_there_or_takes_another_method_is_a_problem_too() {
    let collector = Collector::start().await;
    for (request, expected) in [
        (Request::get("/nowhere"), (404, "not_found")),
        (Request::post("/v1/admin/getPaymentAlerts", "{}"), (404, "not_found")),
        (Request::get("/v1/batch"), (405, "method_not_allowed")),
        (Request::get("/v1/admin/getActiveAlerts"), (405, "method_not_allowed")),
        (Request::post("/healthz", ""), (405, "method_not_allowed")),
    ] {
        let answer = collector.ask(request).await;
        let (status, code) = answer.problem();
        assert_eq!((status, code.as_str()), expected);
        assert_eq!(answer.header("allow").is_some(), status == 405);
    }
}
