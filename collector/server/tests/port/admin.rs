//! What operators ask and do, in the shapes of the contract, and who may.

use serde_json::{Value, json};
use vigie_collector::clock::Clock;
use vigie_collector::evaluation;
use vigie_domain::check::AlertCollection;
use vigie_domain::document::Collection;
use vigie_domain::time::Span;
use vigie_store::Change;

use crate::collector::{ADMIN, Collector, VIEWER, admin};
use crate::wire::Request;

/// Visitors who begin the sign-up form and leave it.
async fn lose(collector: &Collector, visitors: usize) {
    for _ in 0..visitors {
        let mut batch = collector.batch(vec![
            collector.event(json!({ "eventType": "signup_form_start", "formName": "signup_client" })),
            collector.event(json!({ "eventType": "form_abandon", "formName": "signup_client" })),
        ]);
        batch["sessionId"] = json!(collector.id());
        assert_eq!(collector.post(&batch).await.json()["accepted"], 2);
    }
}

/// The alert of a broken form; returns its id.
async fn alert(collector: &Collector) -> String {
    lose(collector, 12).await;
    let answer = collector.admin("triggerFunctionalCheck", ADMIN, r#"{"checkType":"signup"}"#).await.json();
    assert_eq!(answer["verdicts"][0]["verdict"], "firing", "{answer}");
    active(collector).await["alerts"][0]["id"].as_str().unwrap().to_owned()
}

async fn active(collector: &Collector) -> Value {
    collector.admin("getActiveAlerts", VIEWER, "{}").await.json()
}

fn about(alert_id: &str) -> String {
    json!({ "alertId": alert_id }).to_string()
}

#[tokio::test]
async fn a_check_is_judged_at_once_and_answers_with_its_numbers() {
    let collector = Collector::start().await;
    let trigger = |check_type: &'static str| {
        let argument = json!({ "checkType": check_type }).to_string();
        let collector = &collector;
        async move { collector.admin("triggerFunctionalCheck", ADMIN, &argument).await }
    };
    assert_eq!(
        trigger("all").await.json(),
        json!({ "success": true, "checkType": "all", "verdicts": [
            { "checkId": "signup.form-drop-off", "verdict": "not_enough_data", "numbers": { "have": 0, "need": 5 } } ] })
    );
    lose(&collector, 12).await;
    let verdict = &trigger("signup").await.json()["verdicts"][0];
    assert_eq!((&verdict["numbers"]["lost"], &verdict["numbers"]["starts"]), (&json!(12), &json!(12)), "{verdict}");
    assert_eq!(trigger("forms").await.json()["verdicts"], json!([]));
    let answer = trigger("everything").await;
    assert_eq!(answer.problem(), (422, "invalid_argument".to_owned()));
    assert_eq!(answer.json()["field"], "checkType");
    assert!(answer.json()["detail"].as_str().unwrap().contains("availability"));
}

#[tokio::test]
async fn an_alert_is_listed_with_every_field_until_somebody_acts() {
    let collector = Collector::start().await;
    assert_eq!(active(&collector).await, json!({ "alerts": [], "count": 0 }));
    let id = alert(&collector).await;
    let listed = active(&collector).await;
    assert_eq!(listed["count"], 1);
    let alert = &listed["alerts"][0];
    for field in [
        "id",
        "severity",
        "category",
        "title",
        "message",
        "impact",
        "suggestedAction",
        "metadata",
        "createdAt",
        "acknowledged",
        "resolved",
        "source",
        "checkId",
        "fingerprint",
        "occurrences",
        "lastSeenAt",
        "version",
        "notificationsSent",
    ] {
        assert!(!alert[field].is_null(), "{field} of {alert}");
    }
    assert_eq!((&alert["severity"], &alert["acknowledged"]), (&json!("critical"), &json!(false)));
    let functional = collector.admin("getFunctionalAlerts", VIEWER, r#"{"resolved":false}"#).await.json();
    assert_eq!(
        (&functional["success"], &functional["count"], &functional["alerts"]),
        (&json!(true), &json!(1), &listed["alerts"])
    );

    collector.clock.turn(Span::seconds(1));
    let done = collector.admin("acknowledgeAlert", ADMIN, &about(&id)).await.json();
    assert_eq!(done, json!({ "success": true, "alertId": id, "undoUntil": "2026-11-24T09:00:11.000Z" }));
    collector.clock.turn(Span::seconds(1));
    assert_eq!(collector.admin("acknowledgeAlert", ADMIN, &about(&id)).await.json(), done, "again changes nothing");
    assert_eq!(active(&collector).await["count"], 0);
    let functional = collector.admin("getFunctionalAlerts", VIEWER, "{}").await.json();
    assert_eq!((&functional["alerts"][0]["acknowledgedBy"], &functional["count"]), (&json!("manon"), &json!(1)));
}

#[tokio::test]
async fn a_resolution_keeps_its_note_makes_the_cut_and_leaves_what_was_bad_before_it_out() {
    let collector = Collector::start().await;
    let id = alert(&collector).await;
    collector.clock.turn(Span::seconds(30));
    let last_look = || collector.app().pulse.beats().get(evaluation::LOOP).map(|beat| beat.at);
    while last_look() != Some(collector.clock.now()) {
        tokio::task::yield_now().await; // what the turned clock made due is judged
    }
    let argument = json!({ "alertId": id, "resolution": "the date field works again" }).to_string();
    let done = collector.admin("resolveFunctionalAlert", ADMIN, &argument).await.json();
    assert_eq!(done, json!({ "success": true, "alertId": id, "undoUntil": "2026-11-24T09:00:40.000Z" }));
    assert_eq!(collector.admin("resolveFunctionalAlert", ADMIN, &argument).await.json(), done, "again changes nothing");
    assert_eq!(active(&collector).await["count"], 0);
    let due = collector.app().store.next_due().await.unwrap();
    assert_eq!(
        due.map(|due| due.to_string()).as_deref(),
        Some("2026-11-24T09:01:00.000Z"),
        "looked at again at the cut"
    );
    let resolved = collector.admin("getFunctionalAlerts", VIEWER, r#"{"resolved":true}"#).await.json();
    let alert = &resolved["alerts"][0];
    assert_eq!((&alert["resolvedBy"], &alert["resolution"]), (&json!("manon"), &json!("the date field works again")));
    let system = collector.stored(Collection::SystemAlerts).await;
    assert_eq!(system, collector.stored(Collection::FunctionalAlerts).await, "both collections, one write");

    collector.clock.turn(Span::minutes(1));
    let judged = collector.admin("triggerFunctionalCheck", ADMIN, r#"{"checkType":"all"}"#).await.json();
    assert_eq!(judged["verdicts"][0]["verdict"], "not_enough_data", "{judged}");
}

#[tokio::test]
async fn an_alert_of_another_collection_or_of_none_is_not_found() {
    let collector = Collector::start().await;
    let id = alert(&collector).await;
    let store = &collector.app().store;
    let (_, functional) = store.alert(vigie_domain::id::Id::parse(&id).unwrap()).await.unwrap().unwrap();
    let payment_id = collector.id();
    let payment = vigie_domain::alert::Alert { id: vigie_domain::id::Id::parse(&payment_id).unwrap(), ..functional };
    let change = Change { alert: Some((AlertCollection::Payment, payment)), ..Change::default() };
    store.apply(change).await.unwrap();
    for alert_id in [payment_id.as_str(), &collector.id(), "no-id-at-all", ""] {
        let answer = collector.admin("resolveFunctionalAlert", ADMIN, &about(alert_id)).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{alert_id}");
    }
    assert_eq!(collector.admin("acknowledgeAlert", ADMIN, &about(&payment_id)).await.status, 200, "of any collection");
}

#[tokio::test]
async fn a_viewer_reads_and_nobody_else_does_anything() {
    let collector = Collector::start().await;
    let id = alert(&collector).await;
    for (function, argument) in [
        ("acknowledgeAlert", about(&id)),
        ("resolveFunctionalAlert", about(&id)),
        ("triggerFunctionalCheck", r#"{"checkType":"all"}"#.to_owned()),
    ] {
        let answer = collector.admin(function, VIEWER, &argument).await;
        assert_eq!(answer.problem(), (403, "forbidden".to_owned()), "{function}");
    }
    for function in [
        "getActiveAlerts",
        "getFunctionalAlerts",
        "acknowledgeAlert",
        "resolveFunctionalAlert",
        "triggerFunctionalCheck",
    ] {
        let path = format!("/v1/admin/{function}");
        for request in [
            Request::post(&path, about(&id)),
            admin(function, "guess", &about(&id)),
            admin(function, "", ""),
            Request::post(&path, about(&id)).header("Authorization", ADMIN),
            Request::post(&path, about(&id)).header("Authorization", &format!("Basic {ADMIN}")),
            Request::post(&path, about(&id)).header("X-Vigie-Key", crate::collector::SERVER_KEY),
        ] {
            let answer = collector.ask(request).await;
            assert_eq!(answer.problem(), (401, "unauthorized".to_owned()), "{function}");
            collector.clock.turn(Span::minutes(1)); // guesses are forgotten
        }
    }
    assert_eq!(active(&collector).await["count"], 1, "nothing was changed");
}

#[tokio::test]
async fn a_wrong_argument_is_named() {
    let collector = Collector::start().await;
    for (function, argument, field) in [
        ("getFunctionalAlerts", r#"{"resolved":"no"}"#, "resolved"),
        ("getFunctionalAlerts", r#"{"limit":0}"#, "limit"),
        ("getFunctionalAlerts", r#"{"limit":1.5}"#, "limit"),
        ("getFunctionalAlerts", r#"{"limt":5}"#, "limt"),
        ("getActiveAlerts", r#"{"limit":5}"#, "limit"),
        ("acknowledgeAlert", "{}", "alertId"),
        ("acknowledgeAlert", "", "alertId"),
        ("acknowledgeAlert", r#"{"alertId":7}"#, "alertId"),
        ("triggerFunctionalCheck", "null", "checkType"),
    ] {
        let answer = collector.admin(function, ADMIN, argument).await;
        assert_eq!(answer.problem(), (422, "invalid_argument".to_owned()), "{function} {argument}");
        assert_eq!(answer.json()["field"], field, "{function} {argument}");
    }
    let note = json!({ "alertId": collector.id(), "resolution": "x".repeat(1_025) }).to_string();
    assert_eq!(collector.admin("resolveFunctionalAlert", ADMIN, &note).await.json()["field"], "resolution");
    assert_eq!(collector.admin("getActiveAlerts", ADMIN, "{").await.problem(), (400, "invalid_json".to_owned()));
    assert_eq!(collector.admin("getActiveAlerts", ADMIN, "[]").await.problem(), (422, "invalid_argument".to_owned()));
    let huge = " ".repeat(70_000);
    assert_eq!(collector.admin("getActiveAlerts", ADMIN, &huge).await.problem(), (413, "body_too_large".to_owned()));
    assert_eq!(
        collector.admin("getFunctionalAlerts", ADMIN, r#"{"limit":5000}"#).await.status,
        200,
        "at most 100 come"
    );
}
