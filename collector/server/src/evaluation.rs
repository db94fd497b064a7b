//! The loop that judges: asks the store which checks are due, judges them, and writes down what that changes.
//!
//! Nothing here decides: facts, verdicts and the life of an alert are the domain's. A check that was not finished, because
//! the process died or the store said no, is due again after its claim.

use std::sync::Arc;

use vigie_domain::alert::{self, Standing};
use vigie_domain::check::{self, CHECKS, Check, CheckType};
use vigie_domain::facts::Facts;
use vigie_domain::notification;
use vigie_domain::time::{Span, Timestamp};
use vigie_domain::verdict::Verdict;
use vigie_store::{Applied, Change, Claim, StoreError};

use crate::app::App;
use crate::stop::Stop;
use crate::telemetry::{self, CheckFailed, CheckJudged};

/// The loop's name in `/readyz`.
pub const LOOP: &str = "evaluation";

/// Checks taken at once.
const CLAIMS: usize = 16;
/// How long to wait after the store said no.
const AFTER_FAILURE: Span = Span::seconds(5);
/// With several replicas another one may plan a check; and a loop that never looks is never seen to hang.
const LOOK_EVERY: Span = Span::seconds(30);
/// How often a judgement is made anew because somebody else changed the record meanwhile.
const RACES_MAX: u32 = 5;

/// What one check said.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub check: &'static Check,
    pub verdict: Verdict,
}

/// Judges what is due until it is told to stop.
pub async fn run(app: Arc<App>, mut stop: Stop) {
    let mut sleeper = app.clock.sleeper(LOOP, app.checks_due.clone());
    let mut is_planned = false;
    while !stop.is_said() {
        let next = match round(&app, &mut is_planned).await {
            Ok(next) => {
                let latest = app.clock.now() + LOOK_EVERY;
                next.map_or(latest, |next| next.min(latest))
            }
            Err(error) => {
                telemetry::emit(CheckFailed { check_id: None, error: &error });
                app.clock.now() + AFTER_FAILURE
            }
        };
        app.pulse.beat(LOOP, app.clock.now(), Some(next));
        tokio::select! {
            () = stop.said() => {}
            () = sleeper.sleep_until(Some(next)) => {}
        }
    }
}

/// Judges everything that is due and says when the next is.
async fn round(app: &App, is_planned: &mut bool) -> Result<Option<Timestamp>, StoreError> {
    if !*is_planned {
        let ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
        app.store.plan(&ids, app.clock.now()).await?;
        *is_planned = true;
    }
    loop {
        let claims = app.store.claim_due(app.clock.now(), CLAIMS).await?;
        if claims.is_empty() {
            return app.store.next_due().await;
        }
        for claim in claims {
            let Some(check) = check::by_id(&claim.check_id) else { continue };
            if let Err(error) = judge(app, check, Some(&claim)).await {
                telemetry::emit(CheckFailed { check_id: Some(check.id), error: &error });
            }
        }
    }
}

/// Judges every check of a type now, whatever was planned.
///
/// # Errors
/// When the store cannot be asked or written.
pub async fn judge_now(app: &App, check_type: CheckType) -> Result<Vec<Judged>, StoreError> {
    let mut judged = Vec::new();
    for check in CHECKS.iter().copied().filter(|check| check_type.includes(check)) {
        judged.push(Judged { check, verdict: judge(app, check, None).await? });
    }
    Ok(judged)
}

/// Judges one check and writes down what that changes. A claim is finished in the same write.
async fn judge(app: &App, check: &'static Check, claim: Option<&Claim>) -> Result<Verdict, StoreError> {
    for _ in 0..RACES_MAX {
        let now = app.clock.now();
        let standing = app.store.standing(check.id).await?;
        let facts = read_facts(app, check, &standing, now).await?;
        let verdict = (check.judge)(&facts, &app.thresholds, now);
        let finding = match &verdict {
            Verdict::Firing(finding) => Some(finding),
            _ => None,
        };
        let words = || finding.map(|finding| app.texts.words(check, finding)).unwrap_or_default();
        let look = alert::look(standing, check, &verdict, facts.changes_at(), now, app.chance.id(now), words);
        let messages = match (&look.alert, look.transition) {
            (Some(alert), Some(transition)) => {
                notification::messages(transition, alert, finding, &app.audience, &app.texts, now)
            }
            _ => Vec::new(),
        };
        let has_messages = !messages.is_empty();
        if look.record.is_some() || claim.is_some() {
            let change = Change {
                record: look.record,
                alert: look.alert.map(|alert| (check.category.collection(), alert)),
                messages,
                finished: claim.map(|claim| (claim.clone(), look.look_again_at)),
                wake: claim.is_none().then(|| (check.id.to_owned(), look.look_again_at)),
            };
            if app.store.apply(change).await? == Applied::Overtaken {
                continue;
            }
        }
        telemetry::emit(CheckJudged { check_id: check.id, verdict: verdict.name(), transition: look.transition });
        if has_messages {
            app.messages_due.raise();
        }
        return Ok(verdict);
    }
    Err(StoreError::Failed {
        doing: "write a judgement",
        cause: format!("the record of {} changed {RACES_MAX} times while it was judged", check.id),
        hint: "It is judged again by itself; should it stay so, look for a second collector on the same store",
    })
}

async fn read_facts(app: &App, check: &Check, standing: &Standing, now: Timestamp) -> Result<Facts, StoreError> {
    let mut facts = Facts::default();
    for need in check.needs {
        let (from, to) = need.window(now);
        let counters = app.store.counters(&need.counters(), from, to).await?;
        need.fold(&counters, standing.record.cut, now, &mut facts);
    }
    Ok(facts)
}
