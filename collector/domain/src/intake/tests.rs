//! What is taken, what is refused and why.

use super::*;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn id() -> String {
    Id::new(NOW, [1; 10]).to_string()
}

/// A batch of the given events, as JSON.
fn batch(events: &str) -> String {
    format!(r#"{{"sentAt":"{NOW}","sessionId":"s-1","userRole":"client","page":"/inscription","events":[{events}]}}"#)
}

fn parsed(events: &str) -> Batch {
    parse(batch(events).as_bytes(), None, NOW).unwrap()
}

/// An event with its id, a type, and what else is given.
fn event(more: &str) -> String {
    format!(r#"{{"id":"{}","eventType":"signup_form_start"{more}}}"#, id())
}

#[test]
fn an_event_takes_from_the_batch_what_it_does_not_say_itself() {
    let events = [
        event(""),
        event(r#","page":"/","userId":"u-1","sessionId":"s-2""#),
        event(r#","userId":"u-1","sessionId":"s-2","amount":49.9"#),
    ];
    let batch = parsed(&events.join(","));
    assert_eq!(batch.refused, []);
    let [first, second, third] = &batch.events[..] else { panic!("three events") };
    assert_eq!((first.page.as_deref(), first.timestamp, first.context), (Some("/inscription"), NOW, 0));
    assert_eq!(second.page.as_deref(), Some("/"));
    let own = &batch.contexts[second.context];
    assert_eq!((&*own.session_id, own.user_id.as_deref(), own.user_role), ("s-2", Some("u-1"), Some(Role::Client)));
    assert_eq!((third.context, third.amount, batch.contexts.len()), (second.context, Some(49.9), 2));
}

#[test]
fn a_bad_event_is_refused_with_its_field_and_costs_no_neighbour() {
    use RefusalCode as Code;
    let deep = format!(r#","metadata":{}1{}"#, r#"{"a":"#.repeat(6), "}".repeat(6));
    let large = format!(r#","metadata":{{"a":"{}"}}"#, "x".repeat(8_192));
    let deep_unknown = format!(r#","other":{}{}"#, "[".repeat(20), "]".repeat(20));
    for (bad, field, code) in [
        ("7".to_owned(), "events", Code::Invalid),
        (r#"["id"]"#.to_owned(), "events", Code::Invalid),
        (r#"{"eventType":"page_view"}"#.to_owned(), "id", Code::Missing),
        (r#"{"id":7,"eventType":"page_view"}"#.to_owned(), "id", Code::Invalid),
        (r#"{"id":"6fa459ea-ee8a-4ca4-894e-db77e160355e","eventType":"page_view"}"#.to_owned(), "id", Code::NotUuidv7),
        (format!(r#"{{"id":"{}"}}"#, id()), "eventType", Code::Missing),
        (format!(r#"{{"id":"{}","eventType":"'; DROP TABLE"}}"#, id()), "eventType", Code::Invalid),
        (format!(r#"{{"id":"{}","eventType":"vigie_own"}}"#, id()), "eventType", Code::Reserved),
        (event(r#","amount":-1"#), "amount", Code::OutOfRange),
        (event(r#","amount":1e999"#), "amount", Code::OutOfRange),
        (event(r#","amount":"50""#), "amount", Code::Invalid),
        (event(r#","timestamp":"1970-01-01T00:00:00Z""#), "timestamp", Code::TooOld),
        (event(r#","timestamp":"9999-01-01T00:00:00Z""#), "id", Code::IdTime),
        (event(r#","timestamp":"hier""#), "timestamp", Code::Invalid),
        (event(r#","formName":{}"#), "formName", Code::Invalid),
        (event(r#","metadata":{"n":1e999}"#), "metadata", Code::Invalid),
        (event(r#","other":-1E+400"#), "metadata", Code::Invalid),
        (event(r#","userRole":"root""#), "userRole", Code::Invalid),
        (event(r#","sessionId":"a b""#), "sessionId", Code::Invalid),
        (event(r#","metadata":[]"#), "metadata", Code::Invalid),
        (event(&deep), "metadata", Code::TooLarge),
        (event(&large), "metadata", Code::TooLarge),
        (event(&deep_unknown), "metadata", Code::TooLarge),
    ] {
        let batch = parsed(&[event(""), bad.clone(), event("")].join(","));
        assert_eq!(batch.events.len(), 2, "{bad}");
        let [refusal] = &batch.refused[..] else { panic!("{bad} is refused") };
        assert_eq!((refusal.index, &*refusal.field, refusal.code), (1, field, code), "{bad}");
        assert!(refusal.reason.len() > 10 && refusal.event.len() > 3, "{refusal:?}");
    }
}

#[test]
fn an_unknown_field_is_kept_under_metadata_and_a_name_that_is_there_wins() {
    let batch = parsed(&event(r#","plan":"gold","severity":"low","metadata":{"plan":"silver"}"#));
    assert_eq!(batch.events[0].metadata.as_deref(), Some(r#"{"plan":"silver","severity":"low"}"#));
    assert_eq!(parsed(&event(r#","metadata":{ "a" : 1 }"#)).events[0].metadata.as_deref(), Some(r#"{ "a" : 1 }"#));
    assert_eq!(parsed(&event(r#","metadata":null"#)).events[0].metadata, None);
}

#[test]
fn half_a_character_costs_that_character_alone() {
    let batch = parsed(&event(r#","formName":"a\ud83d","metadata":{"q":"b\ud83d"},"plan":"c\ude00""#));
    assert_eq!(batch.refused, []);
    assert_eq!(batch.events[0].form_name.as_deref(), Some("a\u{fffd}"));
    let kept: serde_json::Value = serde_json::from_str(batch.events[0].metadata.as_deref().unwrap()).unwrap();
    assert_eq!(kept, serde_json::json!({ "q": "b\u{fffd}", "plan": "c\u{fffd}" }));
    let alone = parsed(&event(r#","metadata":{"q":"b\ud83d"}"#));
    assert_eq!(alone.events[0].metadata.as_deref(), Some(r#"{"q":"b\ufffd"}"#));
}

#[test]
fn what_is_wrong_for_all_refuses_each_and_is_seen() {
    for (field, value) in [("traffic", "cat"), ("userRole", "lawyer"), ("consent", "maybe")] {
        let body = format!(
            r#"{{"sentAt":"{NOW}","sessionId":"s","{field}":"{value}","events":[{},{}]}}"#,
            event(""),
            event("")
        );
        let batch = parse(body.as_bytes(), None, NOW).unwrap();
        let refused: Vec<_> = batch.refused.iter().map(|it| (it.index, &*it.field, it.code)).collect();
        assert_eq!(refused, [(0, field, RefusalCode::Invalid), (1, field, RefusalCode::Invalid)]);
        assert!(batch.events.is_empty());
    }
}

#[test]
fn a_batch_of_very_many_sessions_is_taken_in_part() {
    let events: Vec<String> = (0..100).map(|n| event(&format!(r#","sessionId":"s-{n}""#))).collect();
    let batch = parsed(&events.join(","));
    assert_eq!(
        (batch.contexts.len(), batch.events.len(), batch.refused.len()),
        (64, 64, 36),
        "`s-1` is the batch's own"
    );
    assert_eq!(batch.refused[0].code, RefusalCode::TooLarge);
}

#[test]
fn what_is_too_long_is_cut_at_a_character_and_counted() {
    let long = "é".repeat(200);
    let batch = parsed(&event(&format!(r#","formName":"{long}","errorMessage":"{}""#, "ü".repeat(2_000))));
    assert_eq!(batch.events[0].form_name.as_deref(), Some(&*"é".repeat(128)));
    assert_eq!(batch.events[0].error_message.as_ref().unwrap().chars().count(), 1_024);
    assert_eq!(batch.cut_texts, 2);
}

#[test]
fn a_captured_error_is_no_event() {
    let error = format!(
        r#"{{"id":"{}","eventType":"error","severity":"high","context":"payment","message":"x is undefined","stack":"at y","errorType":"TypeError","handled":false,"component":"Checkout"}}"#,
        id()
    );
    let batch = parse(batch(&error).as_bytes(), Some("Mozilla/5.0 Firefox/143.0"), NOW).unwrap();
    assert_eq!((batch.events.len(), batch.refused.len()), (0, 0));
    let error = &batch.errors[0];
    assert_eq!(
        (error.severity.as_str(), error.place.as_deref(), error.handled),
        ("high", Some("payment"), Some(false))
    );
    assert_eq!(error.user_agent.as_deref(), Some("Mozilla/5.0 Firefox/143.0"));
}

#[test]
fn robots_are_told_by_their_name_unless_the_batch_says_otherwise() {
    let googlebot = Some("Mozilla/5.0 (compatible; Googlebot/2.1)");
    let batch = parse(batch(&event("")).as_bytes(), googlebot, NOW).unwrap();
    assert!(!batch.contexts[0].is_human());
    let said = format!(r#"{{"sentAt":"{NOW}","sessionId":"s","traffic":"human","events":[{}]}}"#, event(""));
    assert!(parse(said.as_bytes(), googlebot, NOW).unwrap().contexts[0].is_human());
}

#[test]
fn lost_events_are_reported_with_or_without_others() {
    let lost = |lost: &str| {
        let body = format!(r#"{{"sentAt":"{NOW}","sessionId":"s","lost":{lost},"events":[]}}"#);
        parse(body.as_bytes(), None, NOW)
    };
    let report = lost(&format!(r#"{{"id":"{}","queue_full":3}}"#, id())).unwrap().lost.unwrap();
    assert_eq!(report.counts, [(LostReason::QueueFull, 3)]);
    for bad in [r#"{"queue_full":3}"#.to_owned(), "3".to_owned(), format!(r#"{{"id":"{}","mood":3}}"#, id())] {
        assert_eq!(lost(&bad).unwrap_err().field, Some("lost"), "{bad}");
    }
}

#[test]
fn a_batch_that_cannot_be_read_is_refused_as_a_whole() {
    use ProblemCode as Code;
    let many = vec![event(""); 501].join(",");
    for (body, code, field) in [
        (String::new(), Code::InvalidJson, None),
        ("{".to_owned(), Code::InvalidJson, None),
        ("[]".to_owned(), Code::InvalidBatch, None),
        ("[".repeat(100_000), Code::InvalidJson, None),
        (format!(r#"{{"deep":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000)), Code::InvalidJson, None),
        ("{}".to_owned(), Code::InvalidBatch, Some("sentAt")),
        (r#"{"sentAt":"now"}"#.to_owned(), Code::InvalidBatch, Some("sentAt")),
        (format!(r#"{{"sentAt":"{NOW}"}}"#), Code::InvalidBatch, Some("sessionId")),
        (
            format!(r#"{{"sentAt":"{NOW}","sessionId":"a/b","events":[{}]}}"#, event("")),
            Code::InvalidBatch,
            Some("sessionId"),
        ),
        (format!(r#"{{"sentAt":"{NOW}","sessionId":"s"}}"#), Code::InvalidBatch, Some("events")),
        (batch(""), Code::InvalidBatch, Some("events")),
        (batch(&many), Code::InvalidBatch, Some("events")),
    ] {
        let bad = parse(body.as_bytes(), None, NOW).unwrap_err();
        assert_eq!((bad.code, bad.field), (code, field), "{}", body.chars().take(80).collect::<String>());
        assert!(bad.detail.len() > 10);
    }
    assert_eq!(parse(b"{\"a\":\"\xff\"}", None, NOW).unwrap_err().code, Code::InvalidJson);
    assert_eq!(parsed(&vec![event(""); 500].join(",")).events.len(), 500, "500 are a batch");
}

const NAMES: &str = "(id|eventType|timestamp|amount|metadata|formName|sessionId|x)";
const VALUES: &str = r#"(1|null|"a"|\{\}|\[\[1\]\]|true|-2\.5e3|"page_view")"#;

proptest::proptest! {
    #[test]
    fn no_body_makes_the_parser_panic(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        drop(parse(&body, None, NOW));
    }

    #[test]
    fn each_event_has_one_fate(
        events in proptest::collection::vec(proptest::collection::vec((NAMES, VALUES), 0..8), 1..20),
    ) {
        let event = |fields: &Vec<(String, String)>| {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", fields.join(","))
        };
        let texts: Vec<String> = events.iter().map(event).collect();
        let batch = parsed(&texts.join(","));
        proptest::prop_assert_eq!(batch.events.len() + batch.errors.len() + batch.refused.len(), events.len());
    }
}
