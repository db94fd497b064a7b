//! `POST /v1/batch`: who sends, how much, what; then to the store, and 202 once that is durable.
//!
//! What the events must look like is the domain's (`intake`). The cheap questions come first, so that a flood costs little.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use vigie_domain::event::{Batch, Refusal};
use vigie_domain::intake;
use vigie_domain::time::Timestamp;
use vigie_protocol::batch::{BatchAnswer, Problem as ProblemDocument, RefusedEvent};
use vigie_protocol::limits::BATCH_BYTES_MAX;
use vigie_protocol::outcome::{LostReason, ProblemCode};
use vigie_store::{Appended, StoreError};

use super::Http;
use super::body;
use super::cors::{self, Page};
use super::peer::{Peer, client_address};
use super::problem::Problem;
use crate::app::App;
use crate::telemetry::{self, BatchAnswered, EventRefused, EventsLost, EventsStored, TextsCut};

/// Where a client without headers puts its key.
#[derive(Deserialize)]
struct KeyQuery {
    key: Option<String>,
}

#[derive(Default)]
struct Sizes {
    packed: usize,
    unpacked: usize,
}

/// Takes a batch of events.
///
/// The body is JSON as `text/plain` or `application/json`, packed with gzip or not, at most 1 MiB unpacked, 1 to 500 events.
/// Events that stood there already count as duplicates and move nothing, so a batch may be sent again with the same ids.
#[utoipa::path(
    post,
    path = "/v1/batch",
    tag = "events",
    params(
        ("X-Vigie-Key" = Option<String>, Header, description = "A public key; without `Origin` a server key"),
        ("key" = Option<String>, Query, description = "The same, for clients that may send no headers"),
    ),
    request_body(content = Object, content_type = "application/json",
        description = "`sentAt`, `sessionId` and `events`; what stands beside `events` holds for each that does not say otherwise"),
    responses(
        (status = 202, description = "Everything that was whole is durable; the rest is named", body = BatchAnswer),
        (status = 400, description = "invalid_json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "unauthorized", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "origin_refused", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 408, description = "too_slow", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "body_too_large", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_encoding", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "invalid_batch", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited, with Retry-After", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "overloaded or unavailable, with Retry-After", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub(super) async fn post(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    Extension(page): Extension<Page>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (started, received_at) = (http.app.clock.tick(), http.app.clock.now());
    let mut sizes = Sizes::default();
    let answer = take(&http, peer, page, &uri, &headers, body, received_at, &mut sizes).await;
    telemetry::emit(BatchAnswered {
        refused: answer.as_ref().err().map(|problem| problem.code),
        packed: sizes.packed,
        unpacked: sizes.unpacked,
        took: http.app.clock.tick().saturating_sub(started),
    });
    answer.map_or_else(IntoResponse::into_response, |answer| (StatusCode::ACCEPTED, Json(answer)).into_response())
}

#[allow(clippy::too_many_arguments, reason = "the parts of one request")]
async fn take(
    http: &Http,
    peer: Peer,
    page: Page,
    uri: &Uri,
    headers: &HeaderMap,
    body: Body,
    received_at: Timestamp,
    sizes: &mut Sizes,
) -> Result<BatchAnswer, Problem> {
    let address = client_address(peer, headers, &http.app.config.trusted_proxies);
    let room = match admit(http, address, page, uri, headers).and_then(|()| http.rooms.take(headers)) {
        Ok(room) => room,
        Err(problem) => return Err(body::refuse(headers, body, problem, http.patience).await),
    };
    let packed = body::read(headers, body, BATCH_BYTES_MAX, http.patience).await?;
    sizes.packed = packed.len();
    let unpacked: Bytes = body::unpack(headers, packed, BATCH_BYTES_MAX)?;
    sizes.unpacked = unpacked.len();
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let batch = intake::parse(&unpacked, user_agent, received_at)?;
    drop((unpacked, room)); // what waits for the disk now is the store's to bound
    let fates = Fates::of(&batch);
    let appended = append(http.app.clone(), batch).await?;
    Ok(fates.tell(appended))
}

/// What becomes of the events of a batch that do not reach the store.
struct Fates {
    refused: Vec<RefusedEvent>,
    lost: Vec<(LostReason, u64)>,
    cut_texts: usize,
}

impl Fates {
    fn of(batch: &Batch) -> Self {
        Self {
            refused: batch.refused.iter().map(refused_event).collect(),
            lost: batch.lost.iter().flat_map(|lost| lost.counts.iter().copied()).collect(),
            cut_texts: batch.cut_texts,
        }
    }

    /// Says what became of each, and answers. Only now: what the store did not take has no fate yet and comes again.
    fn tell(self, appended: Appended) -> BatchAnswer {
        let Appended { accepted, duplicates, refused, lost_is_new, .. } = appended;
        telemetry::emit(EventsStored { accepted, duplicates });
        // A batch that is sent again brings the same refusals and the same report: each is counted once.
        for refused in self.refused.iter().take(refused) {
            telemetry::emit(EventRefused { field: &refused.field, code: refused.code });
        }
        for (reason, count) in self.lost.into_iter().filter(|_| lost_is_new) {
            telemetry::emit(EventsLost { reason, count });
        }
        if self.cut_texts > 0 {
            telemetry::emit(TextsCut { count: self.cut_texts });
        }
        BatchAnswer { accepted, duplicates, refused: self.refused }
    }
}

/// Whether the sender may send: an address that has not sent too much, a key, a page it may be used on, a key that has not
/// been used too much.
fn admit(http: &Http, address: IpAddr, page: Page, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    http.limits.take_from_address(address)?;
    if page == Page::None {
        // A server key is a secret: who guesses too much is not even told when the guess is right. The public key is public.
        http.limits.wrong_keys.may_guess(address)?;
    }
    let key = match key(http, page, uri, headers) {
        Ok(key) => key,
        Err(problem) => {
            http.limits.wrong_keys.may_guess(address)?;
            http.limits.wrong_keys.was_wrong(address);
            return Err(problem);
        }
    };
    if page == Page::Foreign {
        return Err(cors::foreign());
    }
    http.limits.take_from_key(key)
}

/// The place of the key among all keys. A page has the public key; who is no page has the server key.
fn key(http: &Http, page: Page, uri: &Uri, headers: &HeaderMap) -> Result<usize, Problem> {
    let config = &http.app.config;
    let query;
    let given = match headers.get("x-vigie-key") {
        Some(header) => header.to_str().unwrap_or_default(),
        None => {
            query = Query::<KeyQuery>::try_from_uri(uri).ok().and_then(|Query(query)| query.key);
            query.as_deref().unwrap_or_default()
        }
    };
    let place = match page {
        Page::None => config.server_keys.find(given).map(|place| config.public_keys.0.len() + place),
        Page::Allowed | Page::Foreign => config.public_keys.find(given),
    };
    let expected = match page {
        Page::None => "a request without Origin needs a server key, in X-Vigie-Key or ?key=",
        Page::Allowed | Page::Foreign => "a page needs a public key, in X-Vigie-Key or ?key=",
    };
    place.ok_or_else(|| Problem::new(ProblemCode::Unauthorized, expected))
}

/// Appends in a task of its own: if the sender hangs up meanwhile, the loops are still told what was written.
async fn append(app: Arc<App>, batch: Batch) -> Result<Appended, Problem> {
    let appended = tokio::spawn(async move {
        let appended = app.store.append(batch).await;
        if appended.as_ref().is_ok_and(|appended| appended.woke) {
            app.checks_due.raise();
        }
        appended
    });
    let answer: Result<Appended, StoreError> = appended.await.map_err(|_| {
        Problem::new(ProblemCode::Internal, "the batch could not be written for a mistake of ours; send it again later")
    })?;
    Ok(answer?)
}

fn refused_event(refusal: &Refusal) -> RefusedEvent {
    RefusedEvent {
        index: refusal.index,
        id: refusal.id.as_deref().map(str::to_owned),
        field: refusal.field.as_ref().to_owned(),
        code: refusal.code,
        reason: refusal.reason.as_ref().to_owned(),
    }
}
