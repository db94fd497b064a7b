//! Measures the embedded store alone: events a second, CPU an event, bytes stored and written an event, as it grows.
//!
//! `append FOLDER [ROWS] [IN_FLIGHT]`. The events are those of the raw SQLite bench (`tests/bench`), so that the two compare
//! when they run in the same minute. The writer's CPU is told apart from what making the batches costs.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement reads clocks and says what it saw")]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a measurement may end with a panic")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use vigie_domain::event::{Batch, Context, Event, Kind};
use vigie_domain::id::Id;
use vigie_domain::time::Timestamp;
use vigie_protocol::Role;
use vigie_sqlite::SqliteStore;
use vigie_store::Store;

const BATCH: usize = 20;
const STEP: usize = 500_000;
const BASE: i64 = 1_795_000_000_000;
const LATE_MS: u64 = 5_000;
const KINDS: [(&str, &str, Option<&str>); 6] = [
    ("page_view", "/", None),
    ("signup_form_start", "/inscription", Some("signup_client")),
    ("form_error", "/inscription", Some("signup_client")),
    ("signup_success", "/inscription", Some("signup_client")),
    ("provider_search", "/recherche", None),
    ("payment_success", "/paiement", Some("payment_stripe")),
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "bench-store".to_owned()));
    let rows: usize = arguments.next().map_or(1_000_000, |rows| rows.parse().unwrap());
    let in_flight: usize = arguments.next().map_or(64, |count| count.parse().unwrap());
    let _ = std::fs::remove_dir_all(&folder);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder).unwrap());
    store.plan(&["signup.form-drop-off"], Timestamp(BASE)).await.unwrap();
    let mut chance = Chance(7);
    let (mut sent, mut done, mut mark) = (0, 0, Usage::now());
    let whole = Usage::now();
    let mut answers = tokio::task::JoinSet::new();
    let mut waits = Vec::new();
    while done < rows {
        while sent < rows && answers.len() < in_flight {
            let batch = make(&mut chance, sent);
            let store = Arc::clone(&store);
            answers.spawn(async move {
                let began = Instant::now();
                let appended = store.append(batch).await.unwrap();
                (appended.accepted, began.elapsed())
            });
            sent += BATCH;
        }
        let (accepted, wait) = answers.join_next().await.unwrap().unwrap();
        waits.push(wait);
        done += accepted;
        if done.is_multiple_of(STEP) || done == rows {
            println!("{:4.1} M: {}", done as f64 / 1e6, mark.until_now(STEP.min(rows)));
            mark = Usage::now();
        }
    }
    waits.sort_unstable();
    let (half, most) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!(
        "whole: {}; answered p50 {half:.1?} p99 {most:.1?} max {:.1?}",
        whole.until_now(rows),
        waits[waits.len() - 1]
    );
    println!("{:.0} B/event stored", stored(&folder) as f64 / rows as f64);
    store.close().await.unwrap();
}

fn make(chance: &mut Chance, sent: usize) -> Batch {
    let now = BASE + i64::try_from(sent / 2).unwrap();
    let delay = i64::try_from(chance.below(LATE_MS)).unwrap();
    let events = (0..BATCH).map(|place| {
        let (kind, page, form) = KINDS[usize::try_from(chance.below(6)).unwrap()];
        let at = Timestamp(now - delay - (20 - i64::try_from(place).unwrap()) * 100);
        let pays = kind == "payment_success";
        Event {
            id: chance.id(at),
            kind: Kind::from_name(kind),
            timestamp: at,
            context: 0,
            page: Some(page.into()),
            form_name: form.map(Into::into),
            field_name: None,
            submission_id: None,
            provider_id: None,
            booking_id: None,
            payment_id: pays.then(|| "pi_0123456789abcdef".into()),
            amount: pays.then_some(50.5),
            currency: pays.then(|| "EUR".into()),
            method: pays.then(|| "stripe".into()),
            error_code: None,
            error_message: (kind == "form_error").then(|| "Adresse e-mail invalide".into()),
            metadata: Some(r#"{"step":3,"variant":"a","viewport":"1440x900"}"#.into()),
        }
    });
    let events = events.collect();
    let context = Context {
        session_id: chance.id(Timestamp(now - delay)).to_string().into(),
        correlation_id: Some(chance.id(Timestamp(now - delay)).to_string().into()),
        user_role: Some(Role::Client),
        url: Some("https://www.example.org/inscription?utm_source=bench".into()),
        referrer: Some("https://www.example.com/".into()),
        ..Context::default()
    };
    Batch { received_at: Timestamp(now), contexts: vec![context], events, ..Batch::default() }
}

/// Xorshift: the same events in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn id(&mut self, at: Timestamp) -> Id {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        Id::new(at, bytes)
    }
}

struct Usage {
    at: Instant,
    cpu: f64,
    writer: f64,
    written: u64,
}

impl Usage {
    fn now() -> Self {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten().map(|task| task.path());
        let writer = tasks
            .filter(|task| std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "vigie-writer"));
        let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
        Self {
            at: Instant::now(),
            cpu: cpu(Path::new("/proc/self")),
            writer: writer.map(|task| cpu(&task)).sum(),
            written: io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok()).unwrap_or(0),
        }
    }

    fn until_now(&self, events: usize) -> String {
        let (now, events) = (Self::now(), events as f64);
        format!(
            "{:.0} k events/s, CPU {:.2} us an event of which the writer {:.2}, {:.0} B written",
            events / self.at.elapsed().as_secs_f64() / 1e3,
            (now.cpu - self.cpu) * 1e6 / events,
            (now.writer - self.writer) * 1e6 / events,
            (now.written - self.written) as f64 / events,
        )
    }
}

/// User and system time in seconds, in hundredths.
fn cpu(process: &Path) -> f64 {
    let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12].iter().filter_map(|place| fields.get(*place)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn stored(folder: &Path) -> u64 {
    ["vigie.db", "vigie.db-wal"]
        .iter()
        .filter_map(|name| std::fs::metadata(folder.join(name)).ok())
        .map(|file| file.len())
        .sum()
}
