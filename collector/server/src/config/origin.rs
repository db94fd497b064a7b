//! Which web pages may post: the allowed origins (RFC 6454: scheme, host and port, compared exactly).

/// Allowed origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    exact: Vec<String>,
    /// `--dev`: every page that this machine itself serves.
    local: bool,
}

/// What an origin is to look like.
pub(super) const EXPECTED: &str =
    "scheme, host and port of a page as browsers send them, such as https://www.sos-expat.com";

impl Origins {
    pub(super) const fn new(exact: Vec<String>, local: bool) -> Self {
        Self { exact, local }
    }

    /// The origins that are listed.
    #[must_use]
    pub fn listed(&self) -> &[String] {
        &self.exact
    }

    /// Whether a page of this origin may post.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        self.exact.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) || (self.local && is_local(origin))
    }
}

/// Reads one origin of the configuration into the form in which browsers send it.
pub(super) fn parse(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.chars().all(|sign| sign.is_ascii_alphanumeric() || "+.-".contains(sign));
    let (host, port) = split_port(authority);
    let is_host = !host.is_empty() && host.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._[]:".contains(sign));
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let default_port = match scheme {
        "https" => Some("443"),
        "http" => Some("80"),
        _ => None,
    };
    if !is_scheme || !is_host || !is_port {
        return None;
    }
    // Browsers leave the scheme's own port out.
    if port.is_some() && port == default_port { Some(format!("{scheme}://{host}")) } else { Some(text) }
}

/// A page that this machine itself serves, at whatever port.
fn is_local(origin: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let (host, _) = split_port(authority);
    matches!(scheme, "http" | "https") && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// Host and port; an IPv6 host keeps its brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[test]
fn an_origin_is_compared_as_browsers_send_it() {
    for (text, read) in [
        ("https://www.sos-expat.com", Some("https://www.sos-expat.com")),
        ("https://www.sos-expat.com/", Some("https://www.sos-expat.com")),
        ("HTTPS://Shop.Example:443", Some("https://shop.example")),
        ("http://shop.example:8080", Some("http://shop.example:8080")),
        ("http://[2001:db8::1]:80", Some("http://[2001:db8::1]")),
        ("capacitor://localhost", Some("capacitor://localhost")),
        ("shop.example", None),
        ("https://", None),
        ("https://*.example", None),
        ("https://shop.example/inscription", None),
        ("https://shop.example:port", None),
        ("*", None),
        ("null", None),
    ] {
        assert_eq!(parse(text).as_deref(), read, "{text}");
    }
}

#[test]
fn only_dev_takes_every_local_page() {
    let (dev, listed) = (Origins::new(vec![], true), Origins::new(vec!["https://shop.example".to_owned()], false));
    for (origin, in_dev, in_earnest) in [
        ("http://localhost:5173", true, false),
        ("http://127.0.0.1", true, false),
        ("https://[::1]:8443", true, false),
        ("http://localhost.evil.example", false, false),
        ("http://127.0.0.1.evil.example:80", false, false),
        ("https://shop.example", false, true),
        ("https://shop.example.evil.example", false, false),
        ("null", false, false),
        ("", false, false),
    ] {
        assert_eq!((dev.allow(origin), listed.allow(origin)), (in_dev, in_earnest), "{origin}");
    }
}
