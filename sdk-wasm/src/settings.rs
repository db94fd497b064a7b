//! What holds for all that one page sends.

use vigie_protocol::Traffic;

use crate::joined::Texts;
use crate::json::write_member;

/// How this SDK names itself in `sdk`.
pub const SDK: &str = concat!("vigie-js/", env!("CARGO_PKG_VERSION"));

/// Said once by whoever starts the core; empty where there is nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub release: String,
    pub environment: String,
    pub language: String,
    /// `human`, `bot`, `staff` or `synthetic`; empty lets the collector judge by the user agent.
    pub traffic: String,
    /// Where the visitor came from, without its query.
    pub referrer: String,
}

/// The members of every batch that settings fill, as they are written.
#[derive(Clone, Debug)]
pub(crate) struct Head(pub(crate) String);

const TRAFFIC: &str = "traffic";
const NAMES: [&str; 5] = ["release", "environment", "language", TRAFFIC, "referrer"];

impl Settings {
    pub(crate) fn head(&self) -> Head {
        let texts = [&self.release, &self.environment, &self.language, &self.traffic, &self.referrer];
        head(texts.into_iter().map(String::as_str), |_| {})
    }
}

impl Head {
    /// Reads what the face hands over: the settings, in the order of their declaration, joined by NUL. Tells what it left out.
    #[cfg_attr(not(any(test, target_arch = "wasm32")), allow(dead_code, reason = "only a page has a face"))]
    pub(crate) fn from_joined(joined: &str, left_out: impl FnMut(&str)) -> Self {
        head(Texts::of(joined), left_out)
    }
}

fn head<'a>(texts: impl Iterator<Item = &'a str>, mut left_out: impl FnMut(&str)) -> Head {
    let mut out = String::new();
    write_member(&mut out, "sdk", SDK);
    for (&name, text) in NAMES.iter().zip(texts) {
        if text.is_empty() {
            continue;
        }
        if name == TRAFFIC && !Traffic::NAMES.contains(&text) {
            left_out(name); // the collector judges by the user agent instead
        } else {
            write_member(&mut out, name, text);
        }
    }
    Head(out)
}

#[test]
fn settings_say_the_same_however_they_are_handed_over() {
    let settings = Settings { release: "r1".into(), traffic: "human".into(), ..Settings::default() };
    assert_eq!(settings.head().0, format!(r#","sdk":"{SDK}","release":"r1","traffic":"human""#));
    assert_eq!(Head::from_joined("r1\0\0\0human\0", |_| {}).0, settings.head().0);
}

#[test]
fn traffic_that_is_none_of_the_four_is_left_to_the_collector() {
    let mut left_out = Vec::new();
    let head = Head::from_joined("r1\0\0\0robot\0", |name| left_out.push(name.to_owned()));
    assert_eq!(head.0, format!(r#","sdk":"{SDK}","release":"r1""#));
    assert_eq!(left_out, ["traffic"]);
}
