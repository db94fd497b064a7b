//! Sizes and spans that both sides keep to (`contract.md`, section 3, unless said otherwise).

/// Events in one batch.
pub const BATCH_EVENTS_MAX: usize = 500;
/// Bytes of a batch, unpacked.
pub const BATCH_BYTES_MAX: usize = 1024 * 1024;
/// Characters of an id or a name.
pub const NAME_CHARS_MAX: usize = 128;
/// Characters of `url` and `referrer`; longer is cut and counted.
pub const URL_CHARS_MAX: usize = 2_048;
/// Characters of a message; longer is cut and counted.
pub const MESSAGE_CHARS_MAX: usize = 1_024;
/// Characters of a `stack`; longer is cut and counted.
pub const STACK_CHARS_MAX: usize = 16_384;
/// Bytes of `metadata` as JSON.
pub const METADATA_BYTES_MAX: usize = 8 * 1024;
/// Levels of nesting in `metadata`; the object itself is the first.
pub const METADATA_DEPTH_MAX: usize = 5;
/// An event older than this, in ms, is refused as `too_old`.
pub const EVENT_AGE_MAX_MS: i64 = 7 * 24 * 3_600_000;
/// How far an id's own time may be from its event's timestamp, in ms.
pub const ID_TIME_TOLERANCE_MS: i64 = 3_600_000;

/// Events that make the SDK send at once instead of waiting (issue "The wire").
pub const SEND_AT_EVENTS: usize = 20;
/// How long the SDK lets events wait for company, in ms.
pub const SEND_AFTER_MS: u64 = 5_000;
/// Events that wait in a page, with its core or until that is there; the newest that is over that is given up and counted.
pub const WAITING_EVENTS_MAX: usize = 1_000;
/// Bytes of one keepalive request or beacon: all in flight on a page may total 64 KiB (Fetch standard, "inflight keepalive bytes").
pub const KEEPALIVE_BYTES_MAX: usize = 60 * 1024;
/// A session ends after this long without an event, in ms.
pub const SESSION_IDLE_MAX_MS: i64 = 30 * 60_000;
/// A session ends at this age, in ms.
pub const SESSION_AGE_MAX_MS: i64 = 24 * 3_600_000;
