//! The collector is killed at random moments under load, and nothing that it answered for is lost, doubled or told twice.
//!
//! This is the binary in real time, for a crash cannot be told on a turned clock. `VIGIE_SEED` replays a run's kills and
//! batches; `VIGIE_KILLS` makes a longer night of it.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test in real time, whose helpers fail it where they stand"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use vigie_domain::counts::Counter;
use vigie_domain::id::Id;
use vigie_domain::time::Timestamp;
use vigie_scenario::slack::Slack;

const WORKERS: u64 = 4;
const READY_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_collector_loses_nothing_doubles_nothing_and_tells_nothing_twice() {
    let seed: u64 =
        std::env::var("VIGIE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| now().0.unsigned_abs());
    let kills: u32 = std::env::var("VIGIE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    println!("VIGIE_SEED={seed} VIGIE_KILLS={kills}");
    let mut chance = Chance(seed);
    let slack = Slack::start().await.unwrap();
    slack.answers_next(&[500, 500, 429, 500]); // so that messages are on their way when it dies
    let mut collector = Collector::new(slack.webhook_url());
    collector.start().await;

    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let (url, stop) = (collector.url("/v1/batch"), stop.clone());
            tokio::spawn(send_until(url, Chance(seed.wrapping_mul(31).wrapping_add(worker)), stop))
        })
        .collect();

    let mut told_for_good: Vec<(String, usize)> = Vec::new();
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        wait(Duration::from_millis(200 + chance.below(4_000))).await;
        // Fresh messages for each kill: what is open is resolved by hand, what is lost from the next minute on opens anew, and
        // Slack does not take everything at once.
        slack.answers_next(&[500]);
        collector.resolve_what_is_open().await;
        wait(Duration::from_millis(chance.below(50))).await;
        collector.kill();
        // What it had written down as sent before it died may not come again, ever.
        for entry in collector.export("outbox").iter().filter(|entry| entry["state"] == "sent") {
            let key = entry["key"].as_str().unwrap().to_owned();
            told_for_good.push((key.clone(), arrivals(&slack, &key)));
        }
        let began = Instant::now();
        collector.start().await;
        slowest = slowest.max(began.elapsed());
    }
    // The first alert was resolved by hand, with a cut at the next whole minute; what was lost since then opens another.
    until("a second alert opens", || collector.export("system_alerts").len() > 1).await;
    stop.store(true, Ordering::SeqCst);
    let mut tally = Tally::default();
    for worker in load {
        tally.add(worker.await.unwrap());
    }
    println!("{} events answered, ready again within {slowest:?} (a debug build is slower)", tally.answered.len());
    assert!(tally.answered.len() > 1_000, "the load was a load");

    let stored = collector.export("analytics_events");
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for document in &stored {
        *times.entry(document["id"].as_str().unwrap()).or_default() += 1;
    }
    let lost: Vec<_> = tally.answered.iter().filter(|id| !times.contains_key(id.as_str())).take(3).collect();
    let doubled: Vec<_> = times.iter().filter(|(_, times)| **times > 1).take(3).collect();
    let foreign: Vec<_> = times.keys().filter(|id| !tally.sent.contains(**id)).take(3).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");
    assert!(doubled.is_empty(), "stored more than once: {doubled:?}");
    assert!(foreign.is_empty(), "stored and never sent: {foreign:?}");

    let counted: BTreeSet<Counter> = vigie_store::model::fold_counters(&stored).into_iter().collect();
    let kept: BTreeSet<Counter> = collector.export("counts").iter().map(counter).collect();
    assert!(!kept.is_empty());
    assert_eq!(kept.symmetric_difference(&counted).collect::<Vec<_>>(), Vec::<&Counter>::new(), "counters = events");

    let alerts = collector.export("system_alerts");
    println!("{} alerts, {} messages at Slack", alerts.len(), slack.all_messages().len());
    let key = |alert: &Map<String, Value>| format!("{}:opened:slack:default", alert["id"].as_str().unwrap());
    for alert in &alerts {
        until("its opening comes to Slack", || arrivals(&slack, &key(alert)) > 0).await;
    }
    for (key, before) in told_for_good {
        assert_eq!(arrivals(&slack, &key), before, "{key} was called sent before a restart and came again");
    }
    collector.kill();
}

fn arrivals(slack: &Slack, key: &str) -> usize {
    slack.all_messages().iter().filter(|message| message["blocks"][0]["block_id"] == key).count()
}

fn counter(document: &Map<String, Value>) -> Counter {
    let text = |name: &str| document[name].as_str().unwrap();
    Counter {
        minute: text("minute").parse::<Timestamp>().unwrap().minute(),
        key: vigie_domain::counts::CounterKey(text("key").into()),
        count: document["count"].as_u64().unwrap(),
    }
}

/// What one worker sent and what it was answered for.
#[derive(Default)]
struct Tally {
    sent: BTreeSet<String>,
    answered: BTreeSet<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.sent.extend(other.sent);
        self.answered.extend(other.answered);
    }
}

/// Sends batches one after the other; 5 % of them twice, and what got no answer again with the same ids, until it is answered.
async fn send_until(url: String, mut chance: Chance, stop: Arc<AtomicBool>) -> Tally {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
    let mut tally = Tally::default();
    while !stop.load(Ordering::SeqCst) {
        let (ids, body) = batch(&mut chance);
        tally.sent.extend(ids.iter().cloned());
        let mut repeats = 1 + u32::from(chance.below(100) < 5);
        while repeats > 0 {
            let request = client.post(&url).header("x-vigie-key", "server-key-of-the-test").body(body.clone());
            match request.send().await {
                Ok(response) if response.status() == 202 => repeats -= 1,
                Ok(response) if response.status() == 503 => wait(Duration::from_millis(20)).await,
                Ok(response) => panic!("{} {}", response.status(), response.text().await.unwrap_or_default()),
                Err(_) => wait(Duration::from_millis(20)).await,
            }
        }
        tally.answered.extend(ids);
        wait(Duration::from_millis(5)).await; // enough to be under load at any moment; a million events would only be slow to compare
    }
    tally
}

/// One session's way through the sign-up: half give up. Its events come in any order.
fn batch(chance: &mut Chance) -> (Vec<String>, String) {
    let now = now();
    let (session, gives_up) = (chance.next(), chance.below(2) == 0);
    let outcome = if gives_up { ["form_abandon", "form_error"] } else { ["signup_form_submit", "signup_success"] };
    let steps = ["page_view_signup", "signup_form_start", "signup_form_start"].into_iter().chain(outcome);
    let mut events: Vec<(String, String)> = steps
        .zip(0_i64..)
        .map(|(kind, step)| {
            let at = Timestamp(now.0 - 500 + step * 100);
            let id = Id::new(at, std::array::from_fn(|_| u8::try_from(chance.below(256)).unwrap())).to_string();
            let event =
                format!(r#"{{"id":"{id}","eventType":"{kind}","timestamp":"{at}","formName":"signup_client"}}"#);
            (id, event)
        })
        .collect();
    for place in (1..events.len()).rev() {
        let other = usize::try_from(chance.below(place as u64 + 1)).unwrap();
        events.swap(place, other);
    }
    let (ids, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
    let body = format!(
        r#"{{"sentAt":"{now}","sessionId":"s-{session:x}","userRole":"client","events":[{}]}}"#,
        events.join(",")
    );
    (ids, body)
}

/// The binary under test on a port and a folder of its own.
struct Collector {
    binary: PathBuf,
    port: u16,
    data: tempfile::TempDir,
    webhook_url: String,
    running: Option<Child>,
}

impl Collector {
    fn new(webhook_url: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let beside_the_test = || {
            let test = std::env::current_exe().unwrap();
            test.ancestors().nth(2).unwrap().join("vigie")
        };
        let binary = std::env::var_os("VIGIE_BINARY").map_or_else(beside_the_test, PathBuf::from);
        assert!(
            binary.exists(),
            "{} is not there: `cargo build -p vigie-collector`, or set VIGIE_BINARY",
            binary.display()
        );
        let binary = binary.canonicalize().unwrap(); // it runs in a folder of its own
        let data = tempfile::tempdir().unwrap();
        Self { binary, port, data, webhook_url: webhook_url.to_owned(), running: None }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .env("VIGIE_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("VIGIE_DATA", self.data.path().join("data"))
            .env("VIGIE_PUBLIC_KEY", "public-key-of-the-test")
            .env("VIGIE_SERVER_KEY", "server-key-of-the-test")
            .env("VIGIE_ADMIN_TOKEN", "admin-token-of-the-test")
            .env("VIGIE_RATE_PER_ADDRESS", "0")
            .env("VIGIE_RATE_PER_KEY", "0")
            .env("SLACK_WEBHOOK_URL", &self.webhook_url)
            .env("RUST_LOG", "warn")
            .current_dir(self.data.path());
        command
    }

    async fn start(&mut self) {
        let child =
            self.command().arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        self.running = Some(child.unwrap());
        let client = reqwest::Client::new();
        let began = Instant::now();
        loop {
            match client.get(self.url("/readyz")).send().await {
                Ok(response) if response.status().is_success() => return,
                _ => assert!(began.elapsed() < READY_WITHIN, "not ready within {READY_WITHIN:?}; its log stands above"),
            }
            wait(Duration::from_millis(5)).await;
        }
    }

    /// The operator's hand. That the collector dies meanwhile is not its fault.
    async fn resolve_what_is_open(&self) {
        let client = reqwest::Client::new();
        let ask = async |function: &str, argument: Value| -> Option<Value> {
            let request =
                client.post(self.url(&format!("/v1/admin/{function}"))).bearer_auth("admin-token-of-the-test");
            request.json(&argument).send().await.ok()?.error_for_status().ok()?.json().await.ok()
        };
        let open = ask("getFunctionalAlerts", json!({ "resolved": false })).await;
        for alert in open.iter().filter_map(|answer| answer["alerts"].as_array()).flatten() {
            ask("resolveFunctionalAlert", json!({ "alertId": alert["id"], "resolution": "réparé" })).await;
        }
    }

    /// SIGKILL: no handler, no flush, no goodbye.
    fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn export(&self, collection: &str) -> Vec<Map<String, Value>> {
        let output = self.command().args(["export", collection]).output().unwrap();
        assert!(output.status.success(), "export {collection}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if let Some(child) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Random numbers that a seed repeats (splitmix64, Steele et al. 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

#[allow(clippy::disallowed_methods, reason = "a killed process lives in real time")]
fn now() -> Timestamp {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap())
}

#[allow(clippy::disallowed_methods, reason = "a killed process lives in real time")]
async fn wait(span: Duration) {
    tokio::time::sleep(span).await;
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(90), "in vain: {what}");
        wait(Duration::from_millis(200)).await;
    }
}
