//! What is answered when a request is not done: `application/problem+json` (RFC 9457) with the `code` that programs read.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use vigie_domain::intake::BadBatch;
use vigie_domain::time::Span;
use vigie_protocol::batch;
use vigie_protocol::outcome::ProblemCode;
use vigie_store::StoreError;

use crate::telemetry::{self, RequestRefused, StoreFailed};

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: ProblemCode,
    /// What is wrong and what to do, in one sentence.
    pub detail: String,
    /// The field or argument that was wrong.
    pub field: Option<String>,
    /// When to come again.
    pub retry_after: Option<Span>,
    /// The rest of the body was not read: the connection cannot be used again.
    pub closes: bool,
}

impl Problem {
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None, retry_after: None, closes: false }
    }

    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    #[must_use]
    pub const fn retry_after(mut self, span: Span) -> Self {
        self.retry_after = Some(span);
        self
    }
}

impl From<BadBatch> for Problem {
    fn from(bad: BadBatch) -> Self {
        Self { field: bad.field.map(str::to_owned), ..Self::new(bad.code, bad.detail) }
    }
}

/// When to come again after the store failed: long enough for a restart, short enough for a browser's queue.
const STORE_BACK_AFTER: Span = Span::seconds(5);

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded { retry_after } => {
                Self::new(ProblemCode::Overloaded, "more is coming in than can be written; send it again later")
                    .retry_after(retry_after)
            }
            // The cause is the operator's: it stands in the log.
            StoreError::Failed { .. } | StoreError::CannotOpen { .. } => {
                telemetry::emit(StoreFailed { error: &error });
                Self::new(ProblemCode::Unavailable, "the store cannot be read or written just now; send it again later")
                    .retry_after(STORE_BACK_AFTER)
            }
        }
    }
}

/// The status and the title of a code.
const fn status(code: ProblemCode) -> (StatusCode, &'static str) {
    match code {
        ProblemCode::InvalidJson => (StatusCode::BAD_REQUEST, "The body is not readable JSON"),
        ProblemCode::Unauthorized => (StatusCode::UNAUTHORIZED, "The key or token is not right"),
        ProblemCode::OriginRefused => (StatusCode::FORBIDDEN, "Pages of this origin may not send here"),
        ProblemCode::Forbidden => (StatusCode::FORBIDDEN, "This token may only read"),
        ProblemCode::NotFound => (StatusCode::NOT_FOUND, "Nothing stands here"),
        ProblemCode::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "This route takes another method"),
        ProblemCode::TooSlow => (StatusCode::REQUEST_TIMEOUT, "The body came too slowly"),
        ProblemCode::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
        ProblemCode::UnsupportedEncoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "This encoding is not understood"),
        ProblemCode::InvalidBatch => (StatusCode::UNPROCESSABLE_ENTITY, "This is no batch of events"),
        ProblemCode::InvalidArgument => (StatusCode::UNPROCESSABLE_ENTITY, "An argument is not right"),
        ProblemCode::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        ProblemCode::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "The collector is overloaded"),
        ProblemCode::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "The store is not available"),
        ProblemCode::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "A mistake of the collector's own"),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        telemetry::emit(RequestRefused { code: self.code, detail: &self.detail });
        let (status, title) = status(self.code);
        let document = batch::Problem {
            code: self.code.as_str().to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail,
            field: self.field,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(span) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(span)));
        }
        match self.code {
            ProblemCode::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            ProblemCode::UnsupportedEncoding => {
                headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")); // RFC 7694
            }
            _ => {}
        }
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// `Retry-After` knows whole seconds; never 0, which would be "at once".
fn whole_seconds(span: Span) -> u64 {
    u64::try_from(span.0).unwrap_or(0).div_ceil(1_000).max(1)
}
