//! What the collector's parts share: configuration, store, clock, chance, words.

use std::sync::Arc;

use vigie_domain::check::Thresholds;
use vigie_domain::notification::Audience;
use vigie_domain::text::Texts;
use vigie_store::Store;

use crate::clock::{Chance, Clock, Signal};
use crate::config::Config;
use crate::pulse::Pulse;

/// Shared by the routes and the loops.
pub struct App {
    pub config: Config,
    pub thresholds: Thresholds,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub texts: Texts,
    pub audience: Audience,
    /// Raised when a check may be due earlier than it was.
    pub checks_due: Arc<Signal>,
    /// Raised when a message was written.
    pub messages_due: Arc<Signal>,
    /// When each loop last went round.
    pub pulse: Pulse,
}
