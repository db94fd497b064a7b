//! Ten thousand generated bad bodies: each is answered with what the contract knows, none with a 500.
//!
//! `VIGIE_SEED` replays a run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::collector::{Collector, from_the_shop};
use crate::refusals::gzip;

const BODIES: usize = 10_000;

/// Connections that send at the same time; each has its share of the seed.
const SENDERS: u64 = 4;

type Seen = BTreeMap<u16, usize>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_bad_bodies_make_no_500() {
    let seed: u64 = std::env::var("VIGIE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_124);
    println!("VIGIE_SEED={seed}");
    let collector = Collector::with(&[("VIGIE_RATE_PER_ADDRESS", "0"), ("VIGIE_RATE_PER_KEY", "0")]).await;
    let send = |sender: u64| send(&collector, Chance(seed.wrapping_mul(SENDERS).wrapping_add(sender)));
    let (one, two, three, four) = tokio::join!(send(0), send(1), send(2), send(3));
    let mut seen = Seen::new();
    for (status, number) in [one, two, three, four].into_iter().flatten() {
        *seen.entry(status).or_default() += number;
    }
    println!("{seen:?}");
    assert!(seen.len() >= 4 && seen.values().sum::<usize>() == BODIES, "bad in many ways: {seen:?}");
    let good = collector.batch(vec![collector.event(json!({}))]).to_string();
    assert_eq!(collector.ask(from_the_shop(good)).await.json()["accepted"], 1, "and the good one is taken");
}

async fn send(collector: &Collector, mut chance: Chance) -> Seen {
    let mut connection = collector.connect().await;
    let mut seen = Seen::new();
    for number in 0..BODIES / usize::try_from(SENDERS).unwrap() {
        let body = bad_body(collector, &mut chance);
        let kept = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
        let mut request = from_the_shop(body);
        if chance.below(50) == 0 {
            request = request.header("Content-Encoding", chance.pick(&["gzip", "br", "", "gzip,gzip", "zstd"]));
        }
        let answer = connection.ask(request).await;
        match answer.status {
            202 => assert!(answer.json()["refused"].is_array()),
            400 | 413 | 415 | 422 => drop(answer.problem()),
            other => panic!("body {number} made {other}: {kept}"),
        }
        assert_eq!(answer.header("connection"), None, "the connection stays usable");
        *seen.entry(answer.status).or_default() += 1;
    }
    seen
}

fn bad_body(collector: &Collector, chance: &mut Chance) -> Vec<u8> {
    let mut batch =
        collector.batch((0..chance.below(4)).map(|_| collector.event(json!({ "metadata": { "a": 1 } }))).collect());
    for _ in 0..=chance.below(4) {
        let events = batch.get("events").is_some_and(Value::is_array);
        let part = if events && chance.below(3) > 0 { &mut batch["events"] } else { &mut batch };
        spoil(part, chance);
    }
    let mut body = batch.to_string().into_bytes();
    match chance.below(12) {
        0 => body.truncate(chance.below(body.len() + 1)),
        1 | 2 => {
            for _ in 0..=chance.below(6) {
                let place = chance.below(body.len());
                body[place] = u8::try_from(chance.below(256)).unwrap();
            }
        }
        3 => {
            let place = chance.below(body.len());
            let piece = chance.pick(&[
                "\0",
                "\u{feff}",
                "[[[[[[[[[[",
                "\"",
                "\\ud800",
                "1e999",
                "{\"a\":",
                ",,",
                "\u{202e}",
                "NaN",
            ]);
            body.splice(place..place, piece.bytes());
        }
        4 => body = gzip(&body),
        5 => {
            body = gzip(&body);
            let place = chance.below(body.len());
            body[place] ^= 0x55;
        }
        _ => {}
    }
    body
}

/// Puts something else somewhere into a JSON value.
fn spoil(value: &mut Value, chance: &mut Chance) {
    match value {
        Value::Object(fields) if !fields.is_empty() && chance.below(5) > 0 => {
            let name = fields.keys().nth(chance.below(fields.len())).unwrap().clone();
            match chance.below(6) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(known_field(chance), strange(chance))),
                _ => spoil(&mut fields[&name], chance),
            }
        }
        Value::Array(items) if !items.is_empty() && chance.below(5) > 0 => {
            let place = chance.below(items.len());
            if chance.below(30) == 0 {
                let copies = vec![items[place].clone(); chance.below(600)];
                items.extend(copies);
            } else {
                spoil(&mut items[place], chance);
            }
        }
        other => *other = strange(chance),
    }
}

fn known_field(chance: &mut Chance) -> String {
    let names = [
        "id",
        "eventType",
        "timestamp",
        "sentAt",
        "amount",
        "currency",
        "metadata",
        "traffic",
        "consent",
        "userRole",
        "lost",
        "handled",
        "severity",
        "stack",
        "errorMessage",
        "url",
        "page",
        "sessionId",
        "__proto__",
        "$where",
        "events",
        "",
        "é",
    ];
    chance.pick(&names).to_owned()
}

fn strange(chance: &mut Chance) -> Value {
    match chance.below(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(1e308),
        5 => json!("'; DROP TABLE analytics_events; --"),
        6 => json!("1970-01-01T00:00:00Z"),
        7 => json!("9999-12-31T23:59:59.999999999+23:59"),
        8 => json!("x".repeat(chance.below(20_000))),
        9 => json!([[], {}, [null]]),
        10 => json!({ "queue_full": -3, "id": "x" }),
        11 => (0..chance.below(60)).fold(json!({}), |inner, _| json!({ "a": inner })),
        12 => json!("\u{0}\u{1f}\u{202e}\u{fffd}🦉"),
        _ => json!("error"),
    }
}

/// Random numbers that a seed repeats (splitmix64, Steele et al. 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound.max(1) as u64).unwrap()
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}
