//! The batch as it is answered; what comes in is parsed by `vigie-domain::intake`, field by field, to be able to say which one was wrong.

use serde::{Deserialize, Serialize};

use crate::outcome::RefusalCode;

/// The body of a 202.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchAnswer {
    /// Events of this batch that now stand in the store for the first time.
    pub accepted: usize,
    /// Events of this batch that stood there already.
    pub duplicates: usize,
    /// Events that were not taken, each with its reason.
    pub refused: Vec<RefusedEvent>,
}

/// One event that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedEvent {
    /// Its place in `events`, from 0.
    pub index: usize,
    /// Its id as it was sent, if it was a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The field that was wrong.
    pub field: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: RefusalCode,
    /// One sentence for the developer who sent it.
    pub reason: String,
}

/// `application/problem+json` (RFC 9457), with the `code` that programs read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    pub code: String,
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what to do, in one sentence.
    pub detail: String,
    /// The field of the request that was wrong, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
