//! The closed lists that fields of an event or a batch draw from.

use crate::names::names;

names! {
    /// `userRole`: who acts.
    pub enum Role {
        Client = "client",
        Provider = "provider",
        Admin = "admin",
        Anonymous = "anonymous",
    }
}

names! {
    /// `traffic`: only `human` moves counters and rates.
    pub enum Traffic {
        Human = "human",
        Bot = "bot",
        Staff = "staff",
        Synthetic = "synthetic",
    }
}

names! {
    /// `consent`: what the visitor answered when asked.
    pub enum Consent {
        Granted = "granted",
        Denied = "denied",
        Unasked = "unasked",
    }
}

names! {
    /// `severity` of a captured error.
    pub enum ErrorSeverity {
        Info = "info",
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}
