//! From a body to events: what is whole is taken, what is not is refused with the field and the reason.

use vigie_protocol::outcome::ProblemCode;

use crate::event::Batch;
use crate::time::Timestamp;

/// Why a batch as a whole was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBatch {
    pub code: ProblemCode,
    /// The field of the batch that was wrong, where it was one.
    pub field: Option<&'static str>,
    /// What is wrong, in one sentence for the developer who sent it.
    pub detail: String,
}

/// Reads a batch (`contract.md`, section 3). `user_agent` is the header; it is read and, but for errors, not kept.
///
/// # Errors
/// When the batch as a whole cannot be read; a single bad event is among [`Batch::refused`] instead.
pub fn parse(body: &[u8], user_agent: Option<&str>, received_at: Timestamp) -> Result<Batch, BadBatch> {
    let _ = (body, user_agent, received_at);
    Err(BadBatch { code: ProblemCode::InvalidJson, field: None, detail: String::new() })
}
