//! What travels: the names, limits and shapes that the browser and the collector share (`contract.md`, sections 1 to 3).
//!
//! No sentences and no rules beyond shape stand here, because the browser pays for every byte: parsing and refusing are
//! the collector's (`vigie-domain::intake`), building is the SDK's. The TypeScript types are derived from the tables in
//! this crate by `cargo xtask derive`.

#[cfg(feature = "serde")]
pub mod batch;
pub mod column;
pub mod event_type;
pub mod field;
pub mod form_name;
pub mod limits;
mod names;
pub mod outcome;

pub use column::Column;
pub use event_type::EventType;
pub use field::{Consent, Role, Traffic};
pub use outcome::{LostReason, RefusalCode};
