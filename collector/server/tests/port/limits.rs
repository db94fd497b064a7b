//! Just under and just over each limit, and what is left of the connection afterwards.

use std::time::Duration;

use serde_json::{Value, json};
use vigie_collector::http::Patience;
use vigie_domain::document::Collection;
use vigie_protocol::limits::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, MESSAGE_CHARS_MAX, METADATA_BYTES_MAX, NAME_CHARS_MAX,
};

use crate::collector::{Collector, from_the_shop};
use crate::refusals::gzip;
use crate::wire::Request;

fn padded(batch: &Value, length: usize) -> Vec<u8> {
    let mut body = batch.to_string().into_bytes();
    body.resize(length, b' ');
    body
}

#[tokio::test]
async fn a_body_of_1_mib_is_taken_and_one_byte_more_is_not() {
    let collector = Collector::start().await;
    for (length, status) in [(BATCH_BYTES_MAX, 202), (BATCH_BYTES_MAX + 1, 413)] {
        let batch = collector.batch(vec![collector.event(json!({}))]);
        let plain = collector.ask(from_the_shop(padded(&batch, length))).await;
        assert_eq!(plain.status, status, "{length} bytes as they are");
        let batch = collector.batch(vec![collector.event(json!({}))]);
        let packed = collector.ask(from_the_shop(gzip(&padded(&batch, length)))).await;
        assert_eq!(packed.status, status, "{length} bytes unpacked");
    }
}

#[tokio::test]
async fn a_batch_of_500_is_taken_and_of_501_or_none_is_not() {
    let collector = Collector::start().await;
    for (number, status) in [(0, 422), (1, 202), (BATCH_EVENTS_MAX, 202), (BATCH_EVENTS_MAX + 1, 422)] {
        let events = (0..number).map(|_| collector.event(json!({}))).collect();
        let answer = collector.post(&collector.batch(events)).await;
        assert_eq!(answer.status, status, "{number} events");
        if status == 422 {
            assert_eq!(answer.json()["field"], "events");
        }
    }
}

#[tokio::test]
async fn texts_are_cut_at_their_limit_and_metadata_is_refused_beyond_it() {
    let collector = Collector::start().await;
    let metadata = |bytes: usize| json!({ "metadata": { "a": "x".repeat(bytes - r#"{"a":""}"#.len()) } });
    let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({ "a": inner }));
    let events = vec![
        collector.event(json!({ "page": "é".repeat(NAME_CHARS_MAX) })),
        collector.event(json!({ "page": "é".repeat(NAME_CHARS_MAX + 1) })),
        collector.event(json!({ "errorMessage": "é".repeat(MESSAGE_CHARS_MAX + 1) })),
        collector.event(metadata(METADATA_BYTES_MAX)),
        collector.event(json!({ "metadata": nested(5) })),
        collector.event(metadata(METADATA_BYTES_MAX + 1)),
        collector.event(json!({ "metadata": nested(6) })),
    ];
    let answer = collector.post(&collector.batch(events)).await.json();
    assert_eq!(answer["accepted"], 5, "{answer}");
    let refused: Vec<_> =
        answer["refused"].as_array().unwrap().iter().map(|one| (&one["index"], &one["code"])).collect();
    assert_eq!(refused, [(&json!(5), &json!("too_large")), (&json!(6), &json!("too_large"))]);
    let stored = collector.stored(Collection::AnalyticsEvents).await;
    let chars = |document: usize, field: &str| stored[document][field].as_str().unwrap().chars().count();
    assert_eq!((chars(0, "page"), chars(1, "page")), (NAME_CHARS_MAX, NAME_CHARS_MAX));
    assert_eq!(chars(2, "errorMessage"), MESSAGE_CHARS_MAX);
}

#[tokio::test]
async fn the_connection_is_usable_after_a_body_that_was_too_large() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    for body in [vec![b' '; 2 << 20], gzip(&vec![b' '; 50 << 20]), vec![b' '; BATCH_BYTES_MAX + 1]] {
        assert_eq!(connection.ask(from_the_shop(body)).await.status, 413);
        let batch = collector.batch(vec![collector.event(json!({}))]);
        assert_eq!(connection.ask(from_the_shop(batch.to_string())).await.status, 202, "on the same connection");
    }
}

#[tokio::test]
async fn the_connection_is_usable_after_every_early_refusal() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    let body = || vec![b'x'; 300_000];
    for (request, status) in [
        (from_the_shop(body()).without("X-Vigie-Key"), 401),
        (from_the_shop(body()).without("Origin").header("Origin", "https://evil.example"), 403),
        (from_the_shop(body()).header("Content-Encoding", "br"), 415),
        (from_the_shop(body()), 400),
    ] {
        let answer = connection.ask(request).await;
        assert_eq!((answer.status, answer.header("connection")), (status, None));
    }
    assert_eq!(connection.ask(Request::get("/healthz")).await.status, 200);
}

#[tokio::test]
async fn a_body_without_end_is_not_read_to_its_end() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    let request = from_the_shop("").header("Expect", "100-continue");
    connection.send_in_part(&request, 1 << 40).await;
    let answer = connection.answer().await.unwrap();
    assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
    assert!(connection.answer().await.is_none(), "and the connection ends");
}

#[tokio::test]
async fn a_body_in_pieces_is_counted_as_it_comes() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    let head = "POST /v1/batch HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example\r\nX-Vigie-Key: public-key-of-the-test\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    connection.send(head.as_bytes()).await;
    let piece = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..17 {
        connection.send(&piece).await; // 17 × 64 KiB
    }
    connection.send(b"0\r\n\r\n").await;
    assert_eq!(connection.answer().await.unwrap().status, 413);
    assert_eq!(connection.ask(Request::get("/healthz")).await.status, 200, "and the connection is usable");
}

#[tokio::test]
async fn who_sends_too_slowly_is_told_so_and_let_go() {
    let patience =
        Patience { body: Duration::from_millis(50), headers: Duration::from_millis(200), ..Patience::default() };
    let collector = Collector::patient(&[], patience).await;
    let mut connection = collector.connect().await;
    connection.send_in_part(&from_the_shop("{"), 100).await;
    let answer = connection.answer().await.unwrap();
    assert_eq!(answer.problem(), (408, "too_slow".to_owned()));
    assert!(connection.answer().await.is_none(), "the connection ends");
    let mut connection = collector.connect().await;
    connection.send(b"POST /v1/batch HTTP/1.1\r\nHost:").await;
    let answer = connection.answer().await;
    assert!(answer.is_none(), "headers that never end are waited for no longer than their time: {answer:?}");
}

#[tokio::test]
async fn only_so_many_large_bodies_are_held_at_once_and_small_ones_need_no_room() {
    let collector = Collector::start().await;
    let large = || from_the_shop("");
    let mut uploads = Vec::new();
    for _ in 0..64 {
        let mut connection = collector.connect().await;
        connection.send_in_part(&large().header("Expect", "100-continue"), 500_000).await;
        assert_eq!(connection.answer().await.unwrap().status, 100, "it is waited for");
        uploads.push(connection);
    }
    let one_more = || from_the_shop(vec![b' '; 100_000]);
    let answer = collector.ask(one_more()).await;
    assert_eq!((answer.problem(), answer.header("retry-after")), ((503, "overloaded".to_owned()), Some("1")));
    let small = collector.batch(vec![collector.event(json!({}))]);
    assert_eq!(collector.post(&small).await.status, 202);
    uploads.pop();
    while collector.ask(one_more()).await.status == 503 {} // until the hang-up is noticed
    assert_eq!(collector.ask(one_more()).await.status, 400);
}
