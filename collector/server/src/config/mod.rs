//! What the operator set: `vigie.toml`, with the environment over it (`contract.md`, section 0).
//!
//! Parsed once, here; a `Config` in hand needs no second look. Every mistake is reported at once. Surprising: a name that
//! is not known is a mistake, and one that the contract fixes but nothing reads yet is not, it is only said to be so.

pub mod dev;
pub mod key;
mod network;
mod origin;
mod reader;
mod secret;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use vigie_domain::check::{CHECKS, Thresholds};
use vigie_domain::checks::functional::signup_form_drop_off;
use vigie_domain::notification::Audience;
use vigie_domain::outbox::Channel;
use vigie_domain::text::Language;

pub use network::Network;
pub use origin::Origins;
pub use reader::{Environment, Mistake};
use reader::{File, Reader};
pub use secret::{Keys, Secret, Token, Tokens};

/// The file that is read where none is named.
pub const DEFAULT_FILE: &str = "vigie.toml";

/// Everything the operator can set.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Folder of the embedded store.
    pub data: PathBuf,
    pub public_keys: Keys,
    pub server_keys: Keys,
    pub admin_tokens: Tokens,
    pub viewer_tokens: Tokens,
    pub origins: Origins,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    pub rate_per_address: Option<Rate>,
    pub rate_per_key: Option<Rate>,
    /// The shop's name in messages.
    pub site: String,
    /// What messages and stored alerts are written in.
    pub language: Language,
    /// Where messages link to, without a slash at the end.
    pub dashboard_url: Option<String>,
    pub slack_webhook_url: Option<Secret>,
    pub thresholds: Thresholds,
    /// `vigie serve --dev`.
    pub dev: bool,
    /// Variables that are set and that nothing reads yet.
    pub not_used_yet: Vec<&'static str>,
}

/// Batches that may come: so many a second on and on, so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

/// How the collector is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Earnest,
    /// Keys are made where none are set, local pages may post, and nothing but this machine can reach it.
    Dev,
    /// Reads what is stored: neither keys nor anything of the port is needed.
    Reading,
}

impl Config {
    /// Reads the file, `vigie.toml` in the working folder if none is named and that is there, and the environment over it.
    ///
    /// # Errors
    /// Every mistake in either.
    pub fn load(file: Option<&Path>, environment: &Environment, mode: Mode) -> Result<Self, Vec<Mistake>> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(cause) if file.is_none() && cause.kind() == std::io::ErrorKind::NotFound => None,
            Err(cause) => {
                let what = format!("cannot be read: {cause}. Name a file of settings with --config");
                return Err(vec![Mistake { place: path.display().to_string(), what }]);
            }
        };
        Self::read(text.as_deref().map(|text| (path.display().to_string(), text)), environment, mode)
    }

    /// Reads a file's name and text, and the environment over it.
    ///
    /// # Errors
    /// Every mistake in either.
    pub fn read(file: Option<(String, &str)>, environment: &Environment, mode: Mode) -> Result<Self, Vec<Mistake>> {
        let (file, broken) = match file {
            None => (File { name: DEFAULT_FILE.to_owned(), ..File::default() }, None),
            Some((name, text)) => match text.parse::<toml::Table>() {
                Ok(table) => (File { name, table }, None),
                Err(error) => (File { name, ..File::default() }, Some(not_toml(text, &error))),
            },
        };
        let mut reader = Reader::new(&file, environment);
        if let Some(what) = broken {
            reader.mistake(file.name.clone(), what);
        }
        let config = config(&mut reader, mode);
        if mode == Mode::Earnest {
            reader.mistakes.extend(config.missing_keys());
        }
        let check_ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
        reader.refuse_unknown(&check_ids);
        if reader.mistakes.is_empty() { Ok(config) } else { Err(reader.mistakes) }
    }

    /// Who is told, and with which name and links.
    #[must_use]
    pub fn audience(&self) -> Audience {
        Audience {
            channels: self.slack_webhook_url.iter().map(|_| Channel::Slack).collect(),
            site: self.site.clone(),
            dashboard_url: self.dashboard_url.clone(),
        }
    }

    /// Each way to a person, whether it is on, and the variable that turns it on.
    #[must_use]
    pub fn channels(&self) -> [(&'static str, bool, &'static str); 1] {
        [("slack", self.slack_webhook_url.is_some(), "SLACK_WEBHOOK_URL")]
    }

    /// Variables that hold a secret which a patient stranger could guess. The public key is no secret.
    #[must_use]
    pub fn short_keys(&self) -> Vec<&'static str> {
        let is_short = |secret: &Secret| secret.reveal().len() < 16;
        let lists = [
            ("VIGIE_SERVER_KEY", self.server_keys.0.iter().any(is_short)),
            ("VIGIE_ADMIN_TOKEN", self.admin_tokens.0.iter().any(|token| is_short(&token.secret))),
            ("VIGIE_VIEWER_TOKEN", self.viewer_tokens.0.iter().any(|token| is_short(&token.secret))),
        ];
        lists.into_iter().filter(|(_, short)| *short).map(|(variable, _)| variable).collect()
    }

    /// What `vigie serve` cannot do without.
    fn missing_keys(&self) -> Vec<Mistake> {
        let needed = [
            (self.public_keys.0.is_empty(), "VIGIE_PUBLIC_KEY", "the key that the web page sends"),
            (self.server_keys.0.is_empty(), "VIGIE_SERVER_KEY", "the key of your own servers"),
            (self.admin_tokens.0.is_empty(), "VIGIE_ADMIN_TOKEN", "the token of who may act on alerts"),
        ];
        let missing = needed.into_iter().filter(|(is_missing, _, _)| *is_missing);
        missing
            .map(|(_, variable, meaning)| Mistake {
                place: variable.to_owned(),
                what: format!(
                    "is missing: {meaning}. Set it to a long random text, or to try Vigie out start `vigie serve --dev`, which makes one"
                ),
            })
            .collect()
    }
}

fn config(reader: &mut Reader<'_>, mode: Mode) -> Config {
    only_sqlite(reader);
    let origins = list_of(reader, "VIGIE_ORIGINS", origin::EXPECTED, origin::parse);
    let expected = "an address or a network, such as 10.0.0.7 or 10.0.0.0/8";
    let trusted_proxies = list_of(reader, "VIGIE_TRUSTED_PROXIES", expected, |text| text.parse().ok());
    let site = reader.text("VIGIE_SITE").or_else(|| {
        let host = origins.first().and_then(|origin| origin.split_once("://"))?.1;
        Some(host.to_owned())
    });
    let config = Config {
        listen: listen(reader, mode),
        data: PathBuf::from(reader.text("VIGIE_DATA").unwrap_or_else(|| "./vigie-data".to_owned())),
        public_keys: keys(reader, "VIGIE_PUBLIC_KEY"),
        server_keys: keys(reader, "VIGIE_SERVER_KEY"),
        admin_tokens: Tokens::parse(reader.list("VIGIE_ADMIN_TOKEN"), "admin"),
        viewer_tokens: Tokens::parse(reader.list("VIGIE_VIEWER_TOKEN"), "viewer"),
        origins: Origins::new(origins, mode == Mode::Dev),
        trusted_proxies,
        // From one address a minute's worth may come at once: an office behind one address, a phone that was offline.
        rate_per_address: rate(reader, "VIGIE_RATE_PER_ADDRESS", 50, 60),
        rate_per_key: rate(reader, "VIGIE_RATE_PER_KEY", 1_000, 1),
        site: site.unwrap_or_else(|| "Vigie".to_owned()),
        language: language(reader),
        dashboard_url: url(reader, "VIGIE_DASHBOARD_URL").map(|url| url.trim_end_matches('/').to_owned()),
        slack_webhook_url: url(reader, "SLACK_WEBHOOK_URL").map(Secret::new),
        thresholds: thresholds(reader),
        dev: mode == Mode::Dev,
        not_used_yet: reader.not_used_yet(),
    };
    distinct(reader, &config);
    config
}

fn only_sqlite(reader: &mut Reader<'_>) {
    match reader.text("VIGIE_STORE").as_deref() {
        None | Some("sqlite") => {}
        Some("firestore") => {
            reader.mistake(reader.place("VIGIE_STORE"), "firestore is not in this build yet; expected sqlite");
        }
        Some(other) => {
            reader.mistake(reader.place("VIGIE_STORE"), format!("{other:?} is no store; expected sqlite or firestore"));
        }
    }
}

/// `VIGIE_LISTEN`, else `PORT` as hosts such as Cloud Run set it, else the file, else the usual place.
fn listen(reader: &mut Reader<'_>, mode: Mode) -> SocketAddr {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 8787));
    let named = reader.text("VIGIE_LISTEN");
    if reader.variable("VIGIE_LISTEN").is_none()
        && let Some(port) = reader.number("PORT", 0..=65_535).and_then(|port| u16::try_from(port).ok())
    {
        // In --dev nothing but this machine may reach the port.
        let host = if mode == Mode::Dev { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        return SocketAddr::from((host, port));
    }
    let Some(text) = named else { return usual };
    let place = reader.place("VIGIE_LISTEN");
    let Ok(address) = text.replacen("localhost:", "127.0.0.1:", 1).parse::<SocketAddr>() else {
        reader.mistake(
            place,
            format!("{text:?} is no address to listen on; expected address and port, such as 127.0.0.1:8787"),
        );
        return usual;
    };
    if mode == Mode::Dev && !is_loopback(address.ip()) {
        let what = format!(
            "{address} can be reached from other machines; with --dev expected a loopback address, such as 127.0.0.1:8787"
        );
        reader.mistake(place, what);
    }
    address
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn keys(reader: &mut Reader<'_>, variable: &str) -> Keys {
    Keys(reader.list(variable).into_iter().map(Secret::new).collect())
}

fn list_of<T>(reader: &mut Reader<'_>, variable: &str, expected: &str, parse: fn(&str) -> Option<T>) -> Vec<T> {
    let mut values = Vec::new();
    for text in reader.list(variable) {
        match parse(&text) {
            Some(value) => values.push(value),
            None => reader.mistake(reader.place(variable), format!("{text:?} cannot be read; expected {expected}")),
        }
    }
    values
}

fn rate(reader: &mut Reader<'_>, variable: &str, default: u32, burst_seconds: u32) -> Option<Rate> {
    let per_second = reader.number(variable, 0..=1_000_000).unwrap_or(default);
    (per_second > 0).then_some(Rate { per_second, burst: per_second.saturating_mul(burst_seconds) })
}

fn language(reader: &mut Reader<'_>) -> Language {
    let Some(text) = reader.text("VIGIE_LANGUAGE") else { return Language::default() };
    Language::from_code(&text).unwrap_or_else(|| {
        let what = format!("{text:?} is no language Vigie speaks; expected fr or en");
        reader.mistake(reader.place("VIGIE_LANGUAGE"), what);
        Language::default()
    })
}

/// An address of the web. What was given is not repeated in the mistake: Slack's addresses are secrets.
fn url(reader: &mut Reader<'_>, variable: &str) -> Option<String> {
    let text = reader.text(variable)?;
    let is_url = reqwest::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_url {
        return Some(text);
    }
    reader.mistake(reader.place(variable), "is no web address; expected one that begins with https:// (or http://)");
    None
}

fn thresholds(reader: &mut Reader<'_>) -> Thresholds {
    let mut thresholds = Thresholds::default();
    let id = signup_form_drop_off::CHECK.id;
    let numbers = reader.check_numbers(id, &[("lost_percent", 0..=100), ("starts_min", 1..=1_000_000)]);
    if let [lost_percent, starts_min] = numbers[..] {
        let threshold = &mut thresholds.signup_form_drop_off;
        threshold.lost_percent = lost_percent.unwrap_or(threshold.lost_percent);
        threshold.starts_min = starts_min.map_or(threshold.starts_min, u64::from);
    }
    thresholds
}

/// A key that means two things would give the web page the rights of the server.
fn distinct(reader: &mut Reader<'_>, config: &Config) {
    let lists = [
        ("VIGIE_PUBLIC_KEY", config.public_keys.0.iter().map(Secret::reveal).collect::<Vec<_>>()),
        ("VIGIE_SERVER_KEY", config.server_keys.0.iter().map(Secret::reveal).collect()),
        ("VIGIE_ADMIN_TOKEN", config.admin_tokens.0.iter().map(|token| token.secret.reveal()).collect()),
        ("VIGIE_VIEWER_TOKEN", config.viewer_tokens.0.iter().map(|token| token.secret.reveal()).collect()),
    ];
    for (index, (variable, secrets)) in lists.iter().enumerate() {
        for (earlier, others) in lists.iter().take(index) {
            if secrets.iter().any(|secret| others.contains(secret)) {
                let what = format!(
                    "holds a value that stands in {earlier} too; expected one of its own, for it gives other rights"
                );
                reader.mistake(reader.place(variable), what);
            }
        }
    }
}

/// Where a file stops being TOML, on one line and without the text itself, which may hold secrets.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("line {line} is no TOML: {}", error.message())
}

#[cfg(test)]
mod tests;
