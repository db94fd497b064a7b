//! An alert as `/openapi.json` describes it. The alert itself is the domain's; a test holds the two together.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use vigie_domain::alert::Alert;

/// A document of `system_alerts` and of its own collection.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[allow(dead_code, reason = "describes the domain's alert, which knows nothing of OpenAPI")]
pub struct AlertDocument {
    id: String,
    /// `info`, `warning`, `critical` or `emergency`.
    severity: String,
    category: String,
    title: String,
    message: String,
    impact: String,
    suggested_action: String,
    /// Every number that was compared, with threshold, window and interval.
    #[schema(value_type = Object)]
    metadata: Value,
    created_at: String,
    acknowledged: bool,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<String>,
    resolved: bool,
    resolved_at: Option<String>,
    /// `clock`, or who did it.
    resolved_by: Option<String>,
    /// The note of who resolved it.
    resolution: Option<String>,
    source: String,
    check_id: String,
    fingerprint: String,
    /// Looks that found it, the first included.
    occurrences: u64,
    last_seen_at: String,
    onset_at: Option<String>,
    version: u64,
    notifications_sent: NotificationsSent,
}

/// Which channels have taken a message about the alert.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the domain's")]
struct NotificationsSent {
    email: bool,
    slack: bool,
    sms: bool,
    telegram: bool,
    webhook: bool,
}

/// Alerts, newest first.
#[derive(Serialize, ToSchema)]
pub struct Alerts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    #[schema(value_type = Vec<AlertDocument>)]
    pub alerts: Vec<Alert>,
    /// How many there are in all, listed or not.
    pub count: u64,
}
