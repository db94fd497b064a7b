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
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use vigie_domain::check::{CHECKS, Thresholds};
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
        let config = values::config(&mut reader, mode);
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

/// Where a file stops being TOML, on one line and without the text itself, which may hold secrets.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("line {line} is no TOML: {}", error.message())
}

#[cfg(test)]
mod tests;
