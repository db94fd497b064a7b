//! How each setting is read: its form, its default, and what is said when it is something else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use vigie_domain::check::Thresholds;
use vigie_domain::checks::functional::signup_form_drop_off;
use vigie_domain::text::Language;

use super::reader::Reader;
use super::{Config, Keys, Mode, Origins, Rate, Secret, Tokens, origin};

/// Reads every setting; mistakes are the reader's.
pub(super) fn config(reader: &mut Reader<'_>, mode: Mode) -> Config {
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
        admin_tokens: tokens(reader, "VIGIE_ADMIN_TOKEN", "admin"),
        viewer_tokens: tokens(reader, "VIGIE_VIEWER_TOKEN", "viewer"),
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

fn tokens(reader: &mut Reader<'_>, variable: &str, unnamed: &str) -> Tokens {
    let tokens = Tokens::parse(reader.list(variable), unnamed);
    if let Some(token) = tokens.0.iter().find(|token| token.secret.reveal().is_empty()) {
        let what = format!("{} bears a name and no token; expected name:token", token.holder);
        reader.mistake(reader.place(variable), what);
    }
    tokens
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
