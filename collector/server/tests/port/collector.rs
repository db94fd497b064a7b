//! A collector for a test: in this process, on a port of its own, with a store in a folder of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use vigie_collector::app::App;
use vigie_collector::clock::{Clock, Signal, Sleeper, SystemChance};
use vigie_collector::config::{Config, Mode};
use vigie_collector::http::Patience;
use vigie_collector::serve::{self, Parts, Running};
use vigie_domain::document::{Collection, Document};
use vigie_domain::id::Id;
use vigie_domain::time::{Span, Timestamp};
use vigie_sqlite::SqliteStore;

use crate::wire::{Answer, Connection, Request};

pub(crate) const SHOP: &str = "https://shop.example";
pub(crate) const PUBLIC_KEY: &str = "public-key-of-the-test";
pub(crate) const SERVER_KEY: &str = "server-key-of-the-test";
pub(crate) const ADMIN: &str = "admin-token-of-the-test";
pub(crate) const VIEWER: &str = "viewer-token-of-the-test";

/// A collector that runs until the test ends.
pub(crate) struct Collector {
    pub(crate) clock: HandClock,
    running: Option<Running>,
    _data: tempfile::TempDir,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With settings besides the keys and the shop's origin.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        Self::patient(settings, Patience::default()).await
    }

    pub(crate) async fn patient(settings: &[(&str, &str)], patience: Patience) -> Self {
        let clock = HandClock::new("2026-11-24T09:00:00Z".parse().unwrap());
        let mut all: BTreeMap<String, String> = [
            ("VIGIE_PUBLIC_KEY", PUBLIC_KEY.to_owned()),
            ("VIGIE_SERVER_KEY", SERVER_KEY.to_owned()),
            ("VIGIE_ADMIN_TOKEN", format!("manon:{ADMIN}")),
            ("VIGIE_VIEWER_TOKEN", VIEWER.to_owned()),
            ("VIGIE_ORIGINS", SHOP.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let data = tempfile::tempdir().unwrap();
        let running = serve::start(Parts {
            config: Config::read(None, &all, Mode::Earnest).unwrap(),
            store: Arc::new(SqliteStore::open(data.path()).unwrap()),
            clock: Arc::new(clock.clone()),
            chance: Arc::new(SystemChance),
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            patience,
        })
        .unwrap();
        Self { clock, running: Some(running), _data: data }
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        self.running.as_ref().unwrap().app()
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.running.as_ref().unwrap().address()).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn ask(&self, request: Request) -> Answer {
        self.connect().await.ask(request).await
    }

    /// A batch as the shop's page sends it.
    pub(crate) async fn post(&self, batch: &Value) -> Answer {
        self.ask(from_the_shop(batch.to_string())).await
    }

    pub(crate) async fn admin(&self, function: &str, token: &str, argument: &str) -> Answer {
        self.ask(admin(function, token, argument)).await
    }

    pub(crate) async fn stored(&self, collection: Collection) -> Vec<Document> {
        let page = self.app().store.export(collection, None, None, 100_000).await.unwrap();
        page.documents
    }

    /// A batch of events that happen now; each a whole event but for what the test says.
    pub(crate) fn batch(&self, events: Vec<Value>) -> Value {
        json!({ "sentAt": self.clock.now(), "sessionId": "session-1", "events": events })
    }

    /// An event that happens now, with the fields the test says.
    pub(crate) fn event(&self, fields: Value) -> Value {
        let mut event: Map<String, Value> = Map::new();
        event.insert("id".to_owned(), json!(self.id()));
        event.insert("eventType".to_owned(), json!("page_view"));
        event.extend(fields.as_object().unwrap().clone());
        Value::Object(event)
    }

    pub(crate) fn id(&self) -> String {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut chance = [0; 10];
        chance[2..].copy_from_slice(&number);
        Id::new(self.clock.now(), chance).to_string()
    }

    /// Ends it in order; what it took is stored.
    pub(crate) async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }
}

pub(crate) fn from_the_shop(body: impl Into<Vec<u8>>) -> Request {
    Request::post("/v1/batch", body)
        .header("Origin", SHOP)
        .header("X-Vigie-Key", PUBLIC_KEY)
        .header("Content-Type", "text/plain;charset=UTF-8")
}

pub(crate) fn admin(function: &str, token: &str, argument: &str) -> Request {
    Request::post(&format!("/v1/admin/{function}"), argument).header("Authorization", &format!("Bearer {token}"))
}

/// A clock that stands until the test turns it.
#[derive(Clone)]
pub(crate) struct HandClock(Arc<watch::Sender<i64>>);

impl HandClock {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(Arc::new(watch::channel(now.0).0))
    }

    pub(crate) fn turn(&self, span: Span) {
        self.0.send_modify(|now| *now += span.0);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.borrow())
    }

    fn tick(&self) -> Duration {
        Duration::from_millis(self.now().0.unsigned_abs())
    }

    fn sleeper(&self, _loop_name: &'static str, signal: Arc<Signal>) -> Box<dyn Sleeper> {
        Box::new(HandSleeper { now: self.0.subscribe(), seen: signal.count(), signal })
    }
}

struct HandSleeper {
    now: watch::Receiver<i64>,
    signal: Arc<Signal>,
    seen: u64,
}

#[async_trait]
impl Sleeper for HandSleeper {
    async fn sleep_until(&mut self, moment: Option<Timestamp>) {
        tokio::select! {
            count = self.signal.raised_beyond(self.seen) => self.seen = count,
            _ = self.now.wait_for(|now| moment.is_some_and(|moment| *now >= moment.0)) => {}
        }
    }
}
