//! What holds for all that one page sends.

/// How this SDK names itself in `sdk`.
pub const SDK: &str = concat!("vigie-js/", env!("CARGO_PKG_VERSION"));

/// Said once by whoever starts the core; empty where there is nothing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `vigie-js/1.0.0`
    pub sdk: String,
    pub release: String,
    pub environment: String,
    pub language: String,
    /// `human`, `bot`, `staff` or `synthetic`; empty lets the collector judge by the user agent.
    pub traffic: String,
    /// Where the visitor came from; its query never leaves the browser.
    pub referrer: String,
}

impl Default for Settings {
    fn default() -> Self {
        let none = String::new;
        Self {
            sdk: SDK.into(),
            release: none(),
            environment: none(),
            language: none(),
            traffic: none(),
            referrer: none(),
        }
    }
}

impl Settings {
    /// The batch's members, by name.
    pub(crate) fn members(&self) -> [(&'static str, &str); 6] {
        [
            ("sdk", &self.sdk),
            ("release", &self.release),
            ("environment", &self.environment),
            ("language", &self.language),
            ("traffic", &self.traffic),
            ("referrer", &self.referrer),
        ]
    }
}
