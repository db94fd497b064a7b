//! Failing stores, panics, and the orderly end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::json;
use tokio::net::TcpListener;
use vigie_collector::clock::{Clock, SystemChance, SystemClock};
use vigie_collector::config::{Config, Mode};
use vigie_collector::http::Patience;
use vigie_collector::serve::{self, Parts, Running};
use vigie_domain::alert::{Alert, Standing};
use vigie_domain::check::AlertCollection;
use vigie_domain::counts::{Counter, CounterKey};
use vigie_domain::document::Collection;
use vigie_domain::event::Batch;
use vigie_domain::id::Id;
use vigie_domain::outbox::Entry;
use vigie_domain::time::{Minute, Span, Timestamp};
use vigie_store::{AlertQuery, Appended, Applied, Change, Claim, Page, Store, StoreError};

use crate::collector::{ADMIN, Collector, HandClock, PUBLIC_KEY, SERVER_KEY, SHOP, admin, from_the_shop};
use crate::wire::{Answer, Connection, Request};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orderly_end_finishes_what_is_in_flight_and_takes_nobody_new() {
    let mut collector = Collector::start().await;
    let batch = collector.batch(vec![collector.event(json!({}))]).to_string();
    let (mut in_flight, mut idle) = (collector.connect().await, collector.connect().await);
    assert_eq!(idle.ask(Request::get("/healthz")).await.status, 200);
    let (head, tail) = batch.split_at(20);
    in_flight.send_in_part(&from_the_shop(head), batch.len()).await;
    assert_eq!(idle.ask(Request::get("/healthz")).await.status, 200);
    let mut late = collector.connect().await;

    let stop = collector.stop();
    let rest = async {
        assert!(idle.answer().await.is_none(), "an idle connection is closed");
        in_flight.send(tail.as_bytes()).await;
        let answer = in_flight.answer().await.expect("who was in the middle is answered");
        assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (202, Some(1)));
        assert!(in_flight.answer().await.is_none(), "and the connection is closed");
        late.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(late.answer().await.is_none_or(|answer| answer.status == 200));
    };
    tokio::join!(stop, rest);
}

#[tokio::test]
async fn a_loop_that_dies_is_started_again() {
    let (clock, deaths) = (HandClock::new(Timestamp(0)), Arc::new(AtomicUsize::new(0)));
    let running = start(Arc::new(Broken::Mortal(deaths.clone())), Arc::new(clock.clone())).await;
    while !running.app().pulse.beats().contains_key(vigie_collector::evaluation::LOOP) {
        clock.turn(Span::seconds(1));
        tokio::task::yield_now().await;
    }
    assert_eq!(deaths.load(Ordering::SeqCst), 3, "it lives from its third life on");
    running.stop().await.unwrap();
}

/// A store that says no in one way.
#[derive(Clone)]
enum Broken {
    Overloaded,
    Failed,
    Panics,
    /// Only while a loop begins, and only twice.
    Mortal(Arc<AtomicUsize>),
}

impl Broken {
    fn say<T>(&self) -> Result<T, StoreError> {
        match self {
            Self::Overloaded => Err(StoreError::Overloaded { retry_after: Span(1_500) }),
            Self::Failed => {
                Err(StoreError::Failed { doing: "write", cause: "disk full".to_owned(), hint: "Make room." })
            }
            Self::Panics | Self::Mortal(_) => panic!("a mistake of ours"),
        }
    }

    async fn answer(&self, request: Request) -> Answer {
        let running = start(Arc::new(self.clone()), Arc::new(SystemClock)).await;
        let mut connection = Connection::open(running.address()).await;
        let answer = connection.ask(request).await;
        assert_eq!(connection.ask(Request::get("/healthz")).await.status, 200, "everybody else goes on");
        answer
    }
}

#[tokio::test]
async fn a_store_that_says_no_is_a_problem_that_says_when_to_come_again() {
    let now = SystemClock.now();
    let event = json!({ "id": Id::new(now, [7; 10]), "eventType": "page_view" });
    let batch = json!({ "sentAt": now, "sessionId": "session-1", "events": [event] }).to_string();
    for (broken, expected, retry_after) in [
        (Broken::Overloaded, (503, "overloaded"), Some("2")),
        (Broken::Failed, (503, "unavailable"), Some("5")),
        (Broken::Panics, (500, "internal"), None),
    ] {
        for request in [from_the_shop(batch.clone()), admin("getActiveAlerts", ADMIN, "").header("Origin", SHOP)] {
            let answer = broken.answer(request).await;
            let (status, code) = answer.problem();
            assert_eq!((status, code.as_str()), expected);
            assert_eq!(answer.header("retry-after"), retry_after);
            assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP), "the page can read it");
            let text = String::from_utf8(answer.body).unwrap();
            assert!(
                !text.contains("disk full") && !text.contains("a mistake of ours\""),
                "the cause is the operator's: {text}"
            );
        }
    }
}

async fn start(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Running {
    let settings = [
        ("VIGIE_PUBLIC_KEY", PUBLIC_KEY),
        ("VIGIE_SERVER_KEY", SERVER_KEY),
        ("VIGIE_ADMIN_TOKEN", ADMIN),
        ("VIGIE_ORIGINS", SHOP),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    serve::start(Parts {
        config: Config::read(None, &settings.into(), Mode::Earnest).unwrap(),
        store,
        clock,
        chance: Arc::new(SystemChance),
        listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        patience: Patience::default(),
    })
    .unwrap()
}

#[async_trait]
impl Store for Broken {
    async fn append(&self, _: Batch) -> Result<Appended, StoreError> {
        self.say()
    }
    async fn counters(&self, _: &[CounterKey], _: Minute, _: Minute) -> Result<Vec<Counter>, StoreError> {
        self.say()
    }
    async fn plan(&self, _: &[&str], _: Timestamp) -> Result<(), StoreError> {
        if let Self::Mortal(deaths) = self
            && deaths.fetch_add(1, Ordering::SeqCst) < 2
        {
            panic!("a mistake of ours");
        }
        Ok(())
    }
    async fn claim_due(&self, _: Timestamp, _: usize) -> Result<Vec<Claim>, StoreError> {
        Ok(Vec::new())
    }
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
    async fn standing(&self, _: &str) -> Result<Standing, StoreError> {
        self.say()
    }
    async fn apply(&self, _: Change) -> Result<Applied, StoreError> {
        self.say()
    }
    async fn alert(&self, _: Id) -> Result<Option<(AlertCollection, Alert)>, StoreError> {
        self.say()
    }
    async fn alerts(&self, _: AlertQuery) -> Result<(Vec<Alert>, u64), StoreError> {
        self.say()
    }
    async fn claim_messages(&self, _: Timestamp, _: usize) -> Result<Vec<Entry>, StoreError> {
        Ok(Vec::new())
    }
    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
    async fn settle_message(&self, _: Entry) -> Result<(), StoreError> {
        self.say()
    }
    async fn export(&self, _: Collection, _: Option<Timestamp>, _: Option<u64>, _: usize) -> Result<Page, StoreError> {
        self.say()
    }
    async fn ready(&self) -> Result<(), StoreError> {
        self.say()
    }
    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
