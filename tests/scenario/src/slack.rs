//! Slack, as far as a webhook sees of it: a local server that keeps what is posted and answers what a test told it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

/// A running Slack.
#[derive(Clone)]
pub struct Slack {
    url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// What arrived, in order, whatever was answered.
    arrived: Vec<Value>,
    /// How many of them a test has looked at.
    read: usize,
    /// What to answer next; afterwards `200 ok`.
    answers: VecDeque<u16>,
}

impl Slack {
    /// Starts on a free port.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/services/T000/B000/secret", listener.local_addr()?);
        let shared = Arc::new(Mutex::new(Shared::default()));
        let app = Router::new().route("/services/T000/B000/secret", post(receive)).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { url, shared })
    }

    /// The webhook's address.
    #[must_use]
    pub fn webhook_url(&self) -> &str {
        &self.url
    }

    /// The next answers, by status.
    pub fn answers_next(&self, statuses: &[u16]) {
        lock(&self.shared).answers.extend(statuses);
    }

    /// The messages that came since the last look.
    #[must_use]
    pub fn new_messages(&self) -> Vec<Value> {
        let mut shared = lock(&self.shared);
        let messages = shared.arrived.iter().skip(shared.read).cloned().collect();
        shared.read = shared.arrived.len();
        messages
    }

    /// Every message that ever came.
    #[must_use]
    pub fn all_messages(&self) -> Vec<Value> {
        lock(&self.shared).arrived.clone()
    }
}

/// A message as a person reads it: a line a block. The alert's id, which differs each time, reads `[id]`.
#[must_use]
pub fn as_read(message: &Value) -> String {
    let text = |value: &Value| value["text"].as_str().map(str::to_owned);
    let blocks = message["blocks"].as_array().into_iter().flatten();
    let mut lines = Vec::new();
    for block in blocks {
        lines.extend(text(&block["text"]));
        for list in ["fields", "elements"] {
            lines.extend(block[list].as_array().into_iter().flatten().filter_map(text));
        }
    }
    let text = lines.join("\n");
    match text.split_once(LINK) {
        Some((before, after)) => format!("{before}{LINK}[id]{}", after.get(ID_CHARS..).unwrap_or_default()),
        None => text,
    }
}

const LINK: &str = "/alerts/";
const ID_CHARS: usize = 36;

async fn receive(
    State(shared): State<Arc<Mutex<Shared>>>,
    axum::Json(message): axum::Json<Value>,
) -> (StatusCode, &'static str) {
    let mut shared = lock(&shared);
    shared.arrived.push(message);
    match shared.answers.pop_front() {
        None | Some(200) => (StatusCode::OK, "ok"),
        Some(status) => (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), "no"),
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
