//! A visitor of the shop: the SDK's own core, natively built, on the story's clock, posting over the real port.

use std::time::Duration;

use vigie_domain::time::Timestamp;
use vigie_sdk::{Action, Answer, Call, Context, Core, Input, Now, Settings, funnel};

/// One person in one tab.
pub struct Visitor {
    core: Core,
    role: &'static str,
    address: Address,
}

/// Where and as whom events are posted.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) client: reqwest::Client,
    pub(crate) batch_url: String,
    pub(crate) origin: String,
}

impl Visitor {
    pub(crate) fn new(number: u64, role: &'static str, address: Address) -> Self {
        let mut core = Core::new(&Settings::default(), number);
        core.set_context(Context::of_session(&format!("session-{number}")));
        Self { core, role, address }
    }

    /// The collector has another address now.
    pub(crate) fn find(&mut self, batch_url: String) {
        self.address.batch_url = batch_url;
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.core.deadline().map(|(tick, _why)| Timestamp(i64::try_from(tick.0).unwrap_or(i64::MAX)))
    }

    pub(crate) fn track(&mut self, call: Call, now: Timestamp) {
        // A call that makes no event is counted by the core and told to the collector.
        let _ = self.core.track(call, Now::at(now.0));
    }

    pub(crate) fn open_signup(&mut self, now: Timestamp) {
        self.track(funnel::signup_page_view(self.role), now);
    }

    pub(crate) fn start_form(&mut self, now: Timestamp) {
        self.track(funnel::signup_form_start(self.role), now);
    }

    pub(crate) fn run_into_error(&mut self, field: &str, now: Timestamp) {
        let form = format!("signup_{}", self.role);
        self.track(funnel::form_error(&form, field, "pattern", "Numéro de téléphone invalide"), now);
    }

    pub(crate) fn submit_form(&mut self, now: Timestamp) {
        self.track(funnel::signup_form_submit(self.role), now);
    }

    pub(crate) fn succeed(&mut self, user_id: &str, now: Timestamp) {
        self.track(funnel::signup_success(user_id, self.role), now);
    }

    /// The SDK's timer has come.
    pub(crate) async fn wake(&mut self, now: Timestamp) {
        self.core.handle(Input::Tick, Now::at(now.0));
        self.act(now).await;
    }

    /// The tab is closed: what was not sent goes now, and an open form is abandoned.
    pub(crate) async fn leave(&mut self, now: Timestamp) {
        self.core.handle(Input::PageHide, Now::at(now.0));
        self.act(now).await;
    }

    /// Everything is sent that waits.
    pub(crate) async fn flush(&mut self, now: Timestamp) {
        self.core.handle(Input::Flush, Now::at(now.0));
        self.act(now).await;
    }

    async fn act(&mut self, now: Timestamp) {
        while let Some(action) = self.core.poll_action() {
            let Action::Send { id, body, .. } = action else { continue };
            let answer = self.address.post(body).await;
            self.core.handle(Input::Answered(id, answer), Now::at(now.0));
        }
    }
}

impl Address {
    async fn post(&self, body: String) -> Answer {
        let request = self
            .client
            .post(&self.batch_url)
            .header("content-type", "text/plain")
            .header("origin", &self.origin)
            .header(
                "user-agent",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile Safari/604.1",
            )
            .timeout(Duration::from_secs(20))
            .body(body);
        let Ok(response) = request.send().await else { return Answer::default() };
        let status = response.status().as_u16();
        let retry_after =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let answer: serde_json::Value = response.json().await.unwrap_or_default();
        let count = |name: &str| answer[name].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
        Answer {
            status,
            retry_after_ms: retry_after.map(|seconds| seconds * 1_000),
            accepted: count("accepted"),
            duplicates: count("duplicates"),
            refused: u32::try_from(answer["refused"].as_array().map_or(0, Vec::len)).unwrap_or(0),
        }
    }
}
