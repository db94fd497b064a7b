//! Keys and tokens: what is compared in constant time and never printed.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};

/// A text that appears in no log and no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for whoever sends it on. Never for a log.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Nothing given is never right, whatever the list holds.
    fn is(&self, given: &str) -> Choice {
        self.0.as_bytes().ct_eq(given.as_bytes()) & Choice::from(u8::from(!given.is_empty()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}

/// A list, so that a key is rotated without a gap: the new one is added, the old one taken out once nobody uses it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(pub Vec<Secret>);

impl Keys {
    /// The place of a given key in the list. Looks at all of them, whichever it is.
    #[must_use]
    pub fn find(&self, given: &str) -> Option<usize> {
        let mut found = None;
        for (place, key) in self.0.iter().enumerate() {
            if bool::from(key.is(given)) {
                found = Some(place);
            }
        }
        found
    }
}

/// Tokens that may bear the name of who holds them: `manon:…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(pub Vec<Token>);

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Stands in `acknowledgedBy` and the audit log.
    pub holder: String,
    pub secret: Secret,
}

impl Tokens {
    /// Reads `name:token` or `token`, whose holder is then called `unnamed`.
    #[must_use]
    pub fn parse(texts: Vec<String>, unnamed: &str) -> Self {
        let tokens = texts.into_iter().map(|text| match text.split_once(':') {
            Some((name, token)) if !name.trim().is_empty() => {
                Token { holder: name.trim().to_owned(), secret: Secret::new(token.trim().to_owned()) }
            }
            _ => Token { holder: unnamed.to_owned(), secret: Secret::new(text) },
        });
        Self(tokens.collect())
    }

    /// Who holds a given token. Looks at all of them, whichever it is.
    #[must_use]
    pub fn holder(&self, given: &str) -> Option<&str> {
        let mut holder = None;
        for token in &self.0 {
            if bool::from(token.secret.is(given)) {
                holder = Some(token.holder.as_str());
            }
        }
        holder
    }
}

#[test]
fn a_secret_is_found_and_never_printed() {
    let keys = Keys(vec![Secret::new("old".to_owned()), Secret::new("new".to_owned())]);
    assert_eq!((keys.find("new"), keys.find("ne"), keys.find("")), (Some(1), None, None));
    let tokens = Tokens::parse(vec!["manon: hush".to_owned(), "plain".to_owned()], "admin");
    assert_eq!((tokens.holder("hush"), tokens.holder("plain")), (Some("manon"), Some("admin")));
    assert_eq!(tokens.holder("manon: hush"), None);
    assert_eq!(Keys(vec![Secret::new(String::new())]).find(""), None);
    assert_eq!(Tokens::parse(vec!["manon:".to_owned()], "admin").holder(""), None);
    let printed = format!("{keys:?} {tokens:?}");
    assert!(!printed.contains("new") && !printed.contains("hush") && printed.contains("manon"), "{printed}");
}
