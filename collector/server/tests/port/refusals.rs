//! What is refused, with which problem; and which single event comes back from a batch that is taken.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use vigie_domain::document::Collection;

use crate::collector::{Collector, SERVER_KEY, SHOP, from_the_shop};

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_whole_request_is_refused_with_a_problem_that_says_why() {
    let collector = Collector::start().await;
    let good = collector.batch(vec![collector.event(json!({}))]).to_string();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_metadata = good.replace(
        "page_view",
        &format!("page_view\",\"metadata\":{}1{},\"x\":\"", "[".repeat(50_000), "]".repeat(50_000)),
    );
    for (what, request, expected) in [
        (
            "a wrong key",
            from_the_shop(good.clone()).without("X-Vigie-Key").header("X-Vigie-Key", "guess"),
            (401, "unauthorized"),
        ),
        ("no key", from_the_shop(good.clone()).without("X-Vigie-Key"), (401, "unauthorized")),
        (
            "a server key in a page",
            from_the_shop(good.clone()).without("X-Vigie-Key").header("X-Vigie-Key", SERVER_KEY),
            (401, "unauthorized"),
        ),
        ("a public key outside of a page", from_the_shop(good.clone()).without("Origin"), (401, "unauthorized")),
        (
            "a foreign page",
            from_the_shop(good.clone()).without("Origin").header("Origin", "https://evil.example"),
            (403, "origin_refused"),
        ),
        (
            "a sandboxed page",
            from_the_shop(good.clone()).without("Origin").header("Origin", "null"),
            (403, "origin_refused"),
        ),
        ("2 MiB", from_the_shop(vec![b' '; 2 << 20]), (413, "body_too_large")),
        ("a gzip bomb", from_the_shop(gzip(&vec![b' '; 100 << 20])), (413, "body_too_large")),
        ("a depth bomb", from_the_shop(deep.clone()), (400, "invalid_json")),
        ("a depth bomb in gzip", from_the_shop(gzip(deep.as_bytes())), (400, "invalid_json")),
        ("a depth bomb in metadata", from_the_shop(deep_metadata), (400, "invalid_json")),
        ("invalid UTF-8", from_the_shop(&b"{\"sentAt\":\"\xff\"}"[..]), (400, "invalid_json")),
        ("half a JSON", from_the_shop(&good[..good.len() / 2]), (400, "invalid_json")),
        ("nothing", from_the_shop(""), (400, "invalid_json")),
        ("gzip that is none", from_the_shop(good.clone()).header("Content-Encoding", "gzip"), (400, "invalid_json")),
        ("half a gzip", from_the_shop(&gzip(good.as_bytes())[..40]), (400, "invalid_json")),
        ("brotli", from_the_shop(good.clone()).header("Content-Encoding", "br"), (415, "unsupported_encoding")),
        (
            "gzip twice",
            from_the_shop(gzip(good.as_bytes())).header("Content-Encoding", "gzip, gzip"),
            (415, "unsupported_encoding"),
        ),
        ("a list", from_the_shop("[]"), (422, "invalid_batch")),
        ("no session", from_the_shop(good.replace("sessionId", "sessionless")), (422, "invalid_batch")),
        ("no such route", from_the_shop(good.clone()).at("/v1/batches"), (404, "not_found")),
    ] {
        let answer = collector.ask(request).await;
        let (status, code) = answer.problem();
        assert_eq!((status, code.as_str()), expected, "{what}: {}", answer.json());
        assert_eq!(answer.header("vary"), Some("Origin"), "{what}");
    }
    assert!(collector.stored(Collection::AnalyticsEvents).await.is_empty());
    let answer = collector.ask(from_the_shop(good)).await;
    assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (202, Some(1)), "and the good one is taken");
}

#[tokio::test]
async fn a_single_bad_event_comes_back_named_and_is_kept_while_its_neighbours_stand() {
    let collector = Collector::start().await;
    let bad = [
        (json!({ "amount": -1 }), "amount", "out_of_range"),
        (json!({ "timestamp": "1970-01-01T00:00:00Z" }), "timestamp", "too_old"),
        (json!({ "eventType": "'; DROP TABLE" }), "eventType", "invalid"),
        (json!({ "id": "6fa459ea-ee8a-4ca4-894e-db77e160355e" }), "id", "not_uuidv7"),
        (json!({ "id": null }), "id", "missing"),
        (json!({ "eventType": null }), "eventType", "missing"),
    ];
    let mut events: Vec<Value> = bad.iter().map(|(fields, _, _)| collector.event(fields.clone())).collect();
    events.push(collector.event(json!({ "eventType": "signup_form_start", "formName": "signup_client" })));
    let answer = collector.post(&collector.batch(events.clone())).await;
    assert_eq!(answer.status, 202);
    let answer = answer.json();
    assert_eq!((answer["accepted"].as_u64(), answer["duplicates"].as_u64()), (Some(1), Some(0)), "{answer}");
    let refused = answer["refused"].as_array().unwrap();
    assert_eq!(refused.len(), bad.len(), "{answer}");
    for (index, (refused, (_, field, code))) in refused.iter().zip(&bad).enumerate() {
        assert_eq!(refused["index"], index);
        assert_eq!((refused["field"].as_str(), refused["code"].as_str()), (Some(*field), Some(*code)), "{refused}");
        assert_eq!(refused.get("id"), events[index].get("id").filter(|id| id.is_string()), "{refused}");
        assert!(refused["reason"].as_str().unwrap().len() > 10, "{refused}");
    }
    assert_eq!(collector.stored(Collection::AnalyticsEvents).await.len(), 1);
    let kept = collector.stored(Collection::Refused).await;
    assert_eq!(kept.len(), bad.len());
    assert!(kept.iter().any(|one| one["event"].as_str().unwrap().contains("DROP TABLE")), "{kept:?}");
}

#[tokio::test]
async fn an_unknown_field_is_kept_under_metadata() {
    let collector = Collector::start().await;
    let event = collector.event(json!({ "colour": "blue", "metadata": { "step": 2 } }));
    assert_eq!(collector.post(&collector.batch(vec![event])).await.status, 202);
    let stored = collector.stored(Collection::AnalyticsEvents).await;
    assert_eq!(stored[0]["metadata"], json!({ "colour": "blue", "step": 2 }));
}

#[tokio::test]
async fn a_batch_of_which_everything_is_refused_is_taken_all_the_same() {
    let collector = Collector::start().await;
    let answer = collector.post(&collector.batch(vec![json!({}), json!(7), json!("x")])).await;
    assert_eq!((answer.status, answer.json()["refused"].as_array().unwrap().len()), (202, 3), "{}", answer.json());
}

#[tokio::test]
async fn every_way_to_send_is_taken() {
    let collector = Collector::start().await;
    let body = |collector: &Collector| collector.batch(vec![collector.event(json!({}))]).to_string();
    for (what, request) in [
        (
            "as the SDK",
            from_the_shop(gzip(body(&collector).as_bytes()))
                .without("X-Vigie-Key")
                .at("/v1/batch?key=public-key-of-the-test"),
        ),
        (
            "as a beacon",
            from_the_shop(body(&collector)).without("X-Vigie-Key").at("/v1/batch?key=public-key-of-the-test"),
        ),
        ("gzip by header", from_the_shop(gzip(body(&collector).as_bytes())).header("Content-Encoding", "gzip")),
        ("as it is, by header", from_the_shop(body(&collector)).header("Content-Encoding", "identity")),
        ("as JSON", from_the_shop(body(&collector)).without("Content-Type").header("Content-Type", "application/json")),
        (
            "in two members of gzip",
            from_the_shop({
                let body = body(&collector);
                [gzip(&body.as_bytes()[..20]), gzip(&body.as_bytes()[20..])].concat()
            }),
        ),
        (
            "from a server",
            from_the_shop(body(&collector)).without("Origin").without("X-Vigie-Key").header("X-Vigie-Key", SERVER_KEY),
        ),
        (
            "origin in capitals",
            from_the_shop(body(&collector)).without("Origin").header("Origin", &SHOP.to_uppercase()),
        ),
        (
            "from the collector's own page",
            from_the_shop(body(&collector)).without("Origin").header("Origin", "http://127.0.0.1"),
        ),
    ] {
        let answer = collector.ask(request).await;
        assert_eq!(answer.status, 202, "{what}: {}", answer.json());
    }
    assert_eq!(collector.stored(Collection::AnalyticsEvents).await.len(), 9);
}
