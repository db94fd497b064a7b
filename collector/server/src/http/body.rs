//! A body from the socket into memory: never more than its limit, never slower than its time, unpacked if it is gzip.
//!
//! Surprising: what is refused is read to its end all the same, if that is near. A browser that is answered while it still
//! sends sees a broken connection instead of the problem, and its next request needs a new one.

use std::io::Read;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use flate2::bufread::MultiGzDecoder;
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use vigie_domain::time::Span;
use vigie_protocol::outcome::ProblemCode;

use super::problem::Problem;

/// Bytes of a refused body that are still read so that the connection stays usable.
const DRAINED_MAX: usize = 8 * 1024 * 1024;
/// What every gzip stream begins with (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How long a client may take. Real time, whatever the collector's clock says: a socket's patience is nobody's to turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the headers of a request, and for the next request on an idle connection.
    pub headers: Duration,
    /// For the whole body.
    pub body: Duration,
    /// For requests in flight when the collector is told to end.
    pub ending: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { headers: Duration::from_secs(30), body: Duration::from_secs(30), ending: Duration::from_secs(8) }
    }
}

/// Bytes up to which a body is small. The SDK sends no larger ones.
const SMALL: usize = 64 * 1024;
/// Larger bodies that are held at once: what they take of the memory stays bounded, however many connections there are.
const LARGE_AT_ONCE: usize = 64;

/// Room in memory for large bodies.
pub struct Rooms(Semaphore);

impl Default for Rooms {
    fn default() -> Self {
        Self(Semaphore::new(LARGE_AT_ONCE))
    }
}

impl Rooms {
    /// Room for the body that these headers announce, held until what is returned is dropped. A small one needs none.
    ///
    /// # Errors
    /// When too many large ones are held.
    pub fn take(&self, headers: &HeaderMap) -> Result<Option<SemaphorePermit<'_>>, Problem> {
        if announced_length(headers).is_some_and(|length| length <= SMALL) {
            return Ok(None);
        }
        self.0.try_acquire().map(Some).map_err(|_| {
            let detail = "too many large bodies come in at once; send it again later, or in parts of at most 64 KiB";
            Problem::new(ProblemCode::Overloaded, detail).retry_after(Span::seconds(1))
        })
    }
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// When it is larger, slower or breaks off.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize, patience: Patience) -> Result<Bytes, Problem> {
    if announced_length(headers).is_some_and(|length| length > limit) {
        return Err(refuse(headers, body, too_large(limit), patience).await);
    }
    within(patience.body, collect(body, limit)).await.unwrap_or_else(|| Err(Unread::TooSlow)).map_err(|unread| {
        match unread {
            Unread::TooLarge { closes } => Problem { closes, ..too_large(limit) },
            Unread::TooSlow => Problem {
                closes: true,
                ..Problem::new(
                    ProblemCode::TooSlow,
                    format!("the body did not end within {} s", patience.body.as_secs()),
                )
            },
            Unread::Broken => {
                Problem { closes: true, ..Problem::new(ProblemCode::InvalidJson, "the body broke off before its end") }
            }
        }
    })
}

/// Reads what is left of a body that nobody wants, if it is near its end, and says whether the connection has to close.
pub async fn refuse(headers: &HeaderMap, body: Body, problem: Problem, patience: Patience) -> Problem {
    // Who asks first whether to send has not sent yet.
    let waits = headers.contains_key(header::EXPECT);
    let is_far = announced_length(headers).is_some_and(|length| length > DRAINED_MAX);
    let drained = !waits && !is_far && within(patience.body, drain(body, DRAINED_MAX)).await.unwrap_or(false);
    Problem { closes: problem.closes || !drained, ..problem }
}

enum Unread {
    TooLarge { closes: bool },
    TooSlow,
    Broken,
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Unread> {
    let mut first = Bytes::new(); // mostly the whole: then nothing is copied
    let mut whole: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        let length = first.len() + whole.len() + data.len();
        if length > limit {
            let closes = !drain(body, DRAINED_MAX.saturating_sub(length)).await;
            return Err(Unread::TooLarge { closes });
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            whole.extend_from_slice(&std::mem::take(&mut first));
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.into() })
}

/// Whether the body ended before so many bytes.
async fn drain(mut body: Body, mut bytes: usize) -> bool {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(left) = bytes.checked_sub(length) else { return false };
        bytes = left;
    }
    true
}

/// The body as JSON text: unpacked if its header or its first two bytes say gzip.
///
/// # Errors
/// When it is packed in another way, is broken, or unpacks to more than `limit` bytes.
pub fn unpack(headers: &HeaderMap, packed: Bytes, limit: usize) -> Result<Bytes, Problem> {
    if !is_gzip(headers, &packed)? {
        return Ok(packed);
    }
    let mut unpacked = Vec::with_capacity(packed.len().saturating_mul(4).min(limit));
    let room = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1); // one byte more tells that it is too much
    match MultiGzDecoder::new(packed.as_ref()).take(room).read_to_end(&mut unpacked) {
        Ok(_) if unpacked.len() > limit => Err(too_large(limit)),
        Ok(_) => Ok(unpacked.into()),
        Err(_) => Err(Problem::new(ProblemCode::InvalidJson, "the body says it is gzip and cannot be unpacked")),
    }
}

fn is_gzip(headers: &HeaderMap, packed: &[u8]) -> Result<bool, Problem> {
    let mut codings = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .flat_map(|line| line.to_str().unwrap_or("?").split(','))
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"));
    match (codings.next(), codings.next()) {
        (None, _) => Ok(packed.starts_with(&GZIP)),
        (Some(coding), None) if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
            Ok(true)
        }
        _ => Err(Problem::new(ProblemCode::UnsupportedEncoding, "expected a body as it is, or packed once with gzip")),
    }
}

fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("a body may hold {limit} bytes, packed and unpacked; send less at once");
    Problem::new(ProblemCode::BodyTooLarge, detail)
}

/// None if it was not done in time.
#[allow(clippy::disallowed_methods, reason = "a socket's patience is real time: see Patience")]
async fn within<T>(span: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = tokio::time::sleep(span) => None,
    }
}
