//! Stories told over the real HTTP port: visitor, clock, Slack, collector as verbs.
//!
//! The collector runs in this process on a real port with the embedded store in a folder of its own; its clock is turned by
//! the story, so hours pass in milliseconds. A visitor is the SDK's own core, natively built. What the operator reads is a
//! snapshot. Nothing here knows the inside of the collector: it posts, asks and reads as anybody could.

pub mod clock;
pub mod slack;
pub mod visitor;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use vigie_collector::clock::{Clock as _, SystemChance};
use vigie_collector::config::{Config, Mode};
use vigie_collector::http::Patience;
use vigie_collector::serve::{self, Parts, Running};
use vigie_collector::{delivery, evaluation};
use vigie_domain::time::{Span, Timestamp};
use vigie_sqlite::SqliteStore;

use crate::clock::TurnedClock;
use crate::slack::Slack;
use crate::visitor::{Address, Visitor};

/// Why a story cannot begin.
pub type Broken = Box<dyn std::error::Error>;

const PUBLIC_KEY: &str = "public-key-of-the-story";
const ADMIN_TOKEN: &str = "manon:admin-token-of-the-story";
const ORIGIN: &str = "https://www.sos-expat.example";

/// A shop, its visitors, its collector and its operator.
pub struct World {
    pub clock: TurnedClock,
    pub slack: Slack,
    client: reqwest::Client,
    data: tempfile::TempDir,
    collector: Option<Running>,
    address: String,
    visitors: Vec<Visitor>,
}

/// One of the visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who(usize);

impl World {
    /// A shop that nobody has visited yet, at ten in the morning in Paris.
    ///
    /// # Errors
    /// When there is no free port or no room for the store.
    pub async fn start() -> Result<Self, Broken> {
        let mut world = Self {
            clock: TurnedClock::new("2026-11-24T09:00:00Z".parse()?),
            slack: Slack::start().await?,
            client: reqwest::Client::new(),
            data: tempfile::tempdir()?,
            collector: None,
            address: String::new(),
            visitors: Vec::new(),
        };
        world.start_collector().await?;
        Ok(world)
    }

    /// Starts the collector on what its store holds.
    ///
    /// # Errors
    /// When there is no free port or the store cannot be opened.
    pub async fn start_collector(&mut self) -> Result<(), Broken> {
        let settings = [
            ("VIGIE_PUBLIC_KEY", PUBLIC_KEY),
            ("VIGIE_SERVER_KEY", "server-key-of-the-story"),
            ("VIGIE_ADMIN_TOKEN", ADMIN_TOKEN),
            ("VIGIE_ORIGINS", ORIGIN),
            ("VIGIE_SITE", "SOS-Expat"),
            ("VIGIE_DASHBOARD_URL", "https://vigie.sos-expat.example"),
            ("SLACK_WEBHOOK_URL", self.slack.webhook_url()),
        ];
        let settings: HashMap<String, String> =
            settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let config = Config::read(None, &settings.into_iter().collect(), Mode::Earnest)
            .map_err(|mistakes| format!("{mistakes:?}"))?;
        let store = Arc::new(SqliteStore::open(self.data.path())?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let running = serve::start(Parts {
            config,
            store,
            clock: Arc::new(self.clock.clone()),
            chance: Arc::new(SystemChance),
            listener,
            patience: Patience::default(),
        })?;
        self.address = format!("http://{}", running.address());
        for visitor in &mut self.visitors {
            visitor.find(batch_url(&self.address));
        }
        self.collector = Some(running);
        self.clock.has_loops(&[evaluation::LOOP, delivery::LOOP]).await;
        self.clock.rest().await;
        Ok(())
    }

    /// Stops the collector in order: what it took is stored.
    ///
    /// # Errors
    /// When the store could not write what waited.
    pub async fn stop_collector(&mut self) -> Result<(), Broken> {
        if let Some(running) = self.collector.take() {
            running.stop().await?;
        }
        Ok(())
    }

    /// The moment it is in the story.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time go by, for collector and visitors alike, in the order in which things fall due.
    pub async fn advance(&mut self, span: Span) {
        let end = self.now() + span;
        loop {
            let due = self.visitors.iter().filter_map(Visitor::deadline).min().filter(|due| *due <= end);
            let next = due.unwrap_or(end).max(self.now());
            self.clock.advance(next.since(self.now())).await;
            if due.is_none() {
                return;
            }
            for visitor in self.visitors.iter_mut().filter(|one| one.deadline().is_some_and(|due| due <= next)) {
                visitor.wake(next).await;
            }
        }
    }

    /// Somebody opens the shop in a tab of their own, to sign up as a client or a provider.
    pub fn visitor(&mut self, role: &'static str) -> Who {
        let address =
            Address { client: self.client.clone(), batch_url: batch_url(&self.address), origin: ORIGIN.to_owned() };
        let number = self.visitors.len() as u64;
        self.visitors.push(Visitor::new(number, role, address));
        Who(self.visitors.len() - 1)
    }

    /// They look at the sign-up page.
    pub fn opens_signup(&mut self, who: Who) {
        let now = self.now();
        self.visitors[who.0].open_signup(now);
    }

    /// They begin to fill the form.
    pub fn starts_form(&mut self, who: Who) {
        let now = self.now();
        self.visitors[who.0].start_form(now);
    }

    /// The form refuses what they typed in a field.
    pub fn runs_into_error(&mut self, who: Who, field: &str) {
        let now = self.now();
        self.visitors[who.0].run_into_error(field, now);
    }

    /// They send the form, and the shop takes it.
    pub fn signs_up(&mut self, who: Who) {
        let now = self.now();
        let visitor = &mut self.visitors[who.0];
        visitor.submit_form(now);
        visitor.succeed(&format!("user-{}", who.0), now);
    }

    /// They close the tab.
    pub async fn leaves(&mut self, who: Who) {
        let now = self.now();
        self.visitors[who.0].leave(now).await;
        self.clock.rest().await;
    }

    /// Their browser sends what waits.
    pub async fn sends(&mut self, who: Who) {
        let now = self.now();
        self.visitors[who.0].flush(now).await;
        self.clock.rest().await;
    }

    /// What the operator reads in Slack since they last looked, one text a message.
    #[must_use]
    pub fn slack_reads(&self) -> Vec<String> {
        self.slack.new_messages().iter().map(slack::as_read).collect()
    }

    /// The operator calls an admin function.
    ///
    /// # Errors
    /// When the collector cannot be reached or answers with a problem.
    pub async fn admin(&self, function: &str, argument: Value) -> Result<Value, Broken> {
        let url = format!("{}/v1/admin/{function}", self.address);
        let token = ADMIN_TOKEN.split_once(':').map_or(ADMIN_TOKEN, |(_, token)| token);
        let response = self.client.post(url).bearer_auth(token).json(&argument).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        self.clock.rest().await;
        if status.is_success() { Ok(answer) } else { Err(format!("{status}: {answer}").into()) }
    }

    /// The open alerts that nobody has acknowledged.
    ///
    /// # Errors
    /// When the collector cannot be reached.
    pub async fn active_alerts(&self) -> Result<Vec<Value>, Broken> {
        let answer = self.admin("getActiveAlerts", json!({})).await?;
        Ok(answer["alerts"].as_array().cloned().unwrap_or_default())
    }
}

fn batch_url(address: &str) -> String {
    format!("{address}/v1/batch?key={PUBLIC_KEY}")
}
