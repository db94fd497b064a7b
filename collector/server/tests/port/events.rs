//! Exactly once: repeats, regroupings, and senders that hang up.

use serde_json::{Value, json};
use vigie_domain::document::Collection;

use crate::collector::{Collector, from_the_shop};
use crate::wire::Request;

fn counts(collector: &Collector, number: usize) -> Vec<Value> {
    let event = |_| collector.event(json!({ "eventType": "signup_form_start", "formName": "signup_client" }));
    (0..number).map(event).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_batch_three_times_at_once_counts_once() {
    let collector = Collector::start().await;
    let batch = collector.batch(counts(&collector, 20));
    let (one, two, three) = tokio::join!(collector.post(&batch), collector.post(&batch), collector.post(&batch));
    let sums = [one, two, three].map(|answer| {
        assert_eq!(answer.status, 202);
        let answer = answer.json();
        (answer["accepted"].as_u64().unwrap(), answer["duplicates"].as_u64().unwrap())
    });
    let (accepted, duplicates) = sums.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!((accepted, duplicates), (20, 40), "{sums:?}");
    assert_eq!(collector.stored(Collection::AnalyticsEvents).await.len(), 20);
    let starts: u64 =
        collector.stored(Collection::Counts).await.iter().filter_map(|one| one["count"].as_u64()).max().unwrap();
    assert_eq!(starts, 1, "one session starts its form once");
}

#[tokio::test]
async fn the_same_events_regrouped_count_once() {
    let collector = Collector::start().await;
    let events = counts(&collector, 30);
    let mut sums = (0, 0);
    for group in [&events[..20], &events[10..], &events[5..6], &events[..]] {
        let answer = collector.post(&collector.batch(group.to_vec())).await.json();
        sums.0 += answer["accepted"].as_u64().unwrap();
        sums.1 += answer["duplicates"].as_u64().unwrap();
    }
    assert_eq!(sums, (30, 41));
    assert_eq!(collector.stored(Collection::AnalyticsEvents).await.len(), 30);
}

#[tokio::test]
async fn an_event_that_stands_twice_in_one_batch_counts_once() {
    let collector = Collector::start().await;
    let event = collector.event(json!({}));
    let answer = collector.post(&collector.batch(vec![event.clone(), event])).await.json();
    assert_eq!((answer["accepted"].as_u64(), answer["duplicates"].as_u64()), (Some(1), Some(1)), "{answer}");
}

#[tokio::test]
async fn what_an_sdk_lost_is_kept_once_however_often_it_is_told() {
    let collector = Collector::start().await;
    let mut batch = collector.batch(vec![]);
    batch["lost"] = json!({ "id": collector.id(), "queue_full": 3 });
    for _ in 0..2 {
        assert_eq!(collector.post(&batch).await.status, 202);
    }
    let lost = collector.stored(Collection::Lost).await;
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0]["counts"], json!({ "queue_full": 3 }));
}

#[tokio::test]
async fn who_hangs_up_before_the_answer_has_sent_all_the_same() {
    let collector = Collector::start().await;
    let batch = collector.batch(counts(&collector, 3)).to_string();
    let mut connection = collector.connect().await;
    let request = from_the_shop(batch.clone());
    connection.send_in_part(&request, batch.len()).await;
    drop(connection);
    // The same batch again tells what the first one did, however fast it was.
    let answer = collector.ask(from_the_shop(batch)).await.json();
    assert_eq!(answer["accepted"].as_u64().unwrap() + answer["duplicates"].as_u64().unwrap(), 3);
    assert_eq!(collector.stored(Collection::AnalyticsEvents).await.len(), 3);
}

#[tokio::test]
async fn requests_that_follow_each_other_without_waiting_are_answered_in_order() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    let batch = collector.batch(counts(&collector, 2)).to_string();
    connection.send_in_part(&from_the_shop(batch.clone()), batch.len()).await;
    connection.send_in_part(&Request::get("/healthz"), 0).await;
    assert_eq!(connection.answer().await.unwrap().status, 202);
    assert_eq!(connection.answer().await.unwrap().body, b"ok\n");
}
