//! How much may come, from whom: the clock is the test's, so nobody waits.

use serde_json::json;
use vigie_domain::time::Span;

use crate::collector::{ADMIN, Collector, PUBLIC_KEY, SERVER_KEY, VIEWER, admin, from_the_shop};

async fn statuses(collector: &Collector, number: usize, forwarded_for: Option<&str>) -> Vec<u16> {
    let mut connection = collector.connect().await;
    let mut statuses = Vec::new();
    for _ in 0..number {
        let batch = collector.batch(vec![collector.event(json!({}))]).to_string();
        let mut request = from_the_shop(batch);
        if let Some(address) = forwarded_for {
            request = request.header("X-Forwarded-For", address);
        }
        let answer = connection.ask(request).await;
        if answer.status == 429 {
            assert_eq!(answer.problem().1, "rate_limited");
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
        statuses.push(answer.status);
    }
    statuses
}

#[tokio::test]
async fn an_address_may_send_a_minutes_worth_at_once_and_then_its_rate() {
    let collector = Collector::with(&[("VIGIE_RATE_PER_ADDRESS", "1")]).await;
    let first = statuses(&collector, 61, None).await;
    assert_eq!(first.iter().filter(|status| **status == 202).count(), 60);
    assert_eq!(first.last(), Some(&429));
    collector.clock.turn(Span::seconds(2));
    assert_eq!(statuses(&collector, 3, None).await, [202, 202, 429]);
}

#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
    let settings = [("VIGIE_RATE_PER_ADDRESS", "1"), ("VIGIE_TRUSTED_PROXIES", "127.0.0.1")];
    let behind_a_proxy = Collector::with(&settings).await;
    assert!(statuses(&behind_a_proxy, 61, Some("203.0.113.1")).await.contains(&429));
    assert_eq!(statuses(&behind_a_proxy, 1, Some("203.0.113.2")).await, [202], "another visitor");
    let alone = Collector::with(&[("VIGIE_RATE_PER_ADDRESS", "1")]).await;
    assert!(statuses(&alone, 61, Some("203.0.113.1")).await.contains(&429));
    assert_eq!(statuses(&alone, 1, Some("203.0.113.2")).await, [429], "anybody can write that header");
}

#[tokio::test]
async fn each_key_has_its_rate() {
    let keys = format!("{PUBLIC_KEY},another-key");
    let settings = [("VIGIE_RATE_PER_KEY", "2"), ("VIGIE_RATE_PER_ADDRESS", "0"), ("VIGIE_PUBLIC_KEY", keys.as_str())];
    let collector = Collector::with(&settings).await;
    assert_eq!(statuses(&collector, 3, None).await, [202, 202, 429]);
    let batch = collector.batch(vec![collector.event(json!({}))]).to_string();
    let other = from_the_shop(batch).without("X-Vigie-Key").header("X-Vigie-Key", "another-key");
    assert_eq!(collector.ask(other).await.status, 202);
    collector.clock.turn(Span(500));
    assert_eq!(statuses(&collector, 2, None).await, [202, 429]);
}

#[tokio::test]
async fn a_rate_of_0_is_none() {
    let collector = Collector::with(&[("VIGIE_RATE_PER_ADDRESS", "0"), ("VIGIE_RATE_PER_KEY", "0")]).await;
    assert!(statuses(&collector, 300, None).await.iter().all(|status| *status == 202));
}

#[tokio::test]
async fn who_guesses_keys_is_turned_away_and_the_shop_is_not() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    let mut seen = Vec::new();
    for guess in 0..61 {
        let request = from_the_shop("{}").without("X-Vigie-Key").header("X-Vigie-Key", &format!("guess-{guess}"));
        seen.push(connection.ask(request).await.status);
    }
    assert_eq!(seen.iter().filter(|status| **status == 401).count(), 60);
    assert_eq!(seen.last(), Some(&429));
    assert_eq!(statuses(&collector, 1, None).await, [202], "the public key is public: no guess is worth anything");
}

#[tokio::test]
async fn who_guesses_server_keys_is_turned_away_even_with_the_right_one() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    for guess in 0..60 {
        let request = from_the_shop("{}").without("Origin").without("X-Vigie-Key");
        let answer = connection.ask(request.header("X-Vigie-Key", &format!("guess-{guess}"))).await;
        assert_eq!(answer.status, 401, "guess {guess}");
    }
    let right = from_the_shop("{}").without("Origin").without("X-Vigie-Key").header("X-Vigie-Key", SERVER_KEY);
    assert_eq!(connection.ask(right).await.status, 429, "a guess that hits is not told");
}

#[tokio::test]
async fn who_guesses_tokens_is_turned_away_even_with_the_right_one() {
    let collector = Collector::start().await;
    let mut connection = collector.connect().await;
    let mut seen = Vec::new();
    for guess in 0..21 {
        let answer = connection.ask(admin("getActiveAlerts", &format!("guess-{guess}"), "")).await;
        seen.push(answer.status);
    }
    assert_eq!(seen, [vec![401; 20], vec![429]].concat());
    let answer = connection.ask(admin("getActiveAlerts", ADMIN, "")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("6")), "a guess that hits is not told");
    collector.clock.turn(Span::seconds(6));
    assert_eq!(connection.ask(admin("getActiveAlerts", ADMIN, "")).await.status, 200);
    assert_eq!(connection.ask(admin("getActiveAlerts", VIEWER, "")).await.status, 200, "right ones do not weigh");
}
