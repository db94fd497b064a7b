//! Every name the configuration knows (`contract.md`, section 0), in one list.
//!
//! A variable's name is the file's key in lower case without `VIGIE_`. Names that the contract fixes and that nothing reads
//! yet stand here too: they are taken, and said at the start to have no effect.

/// One variable, and with it one key of `vigie.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub variable: &'static str,
    pub used: Used,
}

/// Whether anything reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    Yes,
    /// What it belongs to is not built yet.
    NotYet,
}

impl Key {
    /// The key in `vigie.toml`.
    #[must_use]
    pub fn file_key(&self) -> String {
        file_key(self.variable)
    }
}

/// The key in `vigie.toml` of a variable.
pub(super) fn file_key(variable: &str) -> String {
    variable.strip_prefix(OURS).unwrap_or(variable).to_ascii_lowercase()
}

/// What the variables that only Vigie reads begin with: one of these that is not known is a mistake.
pub(super) const OURS: &str = "VIGIE_";

/// Every key.
pub const KEYS: &[Key] = &[
    used("VIGIE_LISTEN"),
    used("VIGIE_DATA"),
    used("VIGIE_STORE"),
    used("VIGIE_PUBLIC_KEY"),
    used("VIGIE_SERVER_KEY"),
    used("VIGIE_ADMIN_TOKEN"),
    used("VIGIE_VIEWER_TOKEN"),
    used("VIGIE_ORIGINS"),
    used("VIGIE_TRUSTED_PROXIES"),
    used("VIGIE_RATE_PER_ADDRESS"),
    used("VIGIE_RATE_PER_KEY"),
    used("VIGIE_SITE"),
    used("VIGIE_LANGUAGE"),
    used("VIGIE_DASHBOARD_URL"),
    used("SLACK_WEBHOOK_URL"),
    used("PORT"),
    not_yet("VIGIE_FIRESTORE_PROJECT"),
    not_yet("FIRESTORE_EMULATOR_HOST"),
    not_yet("GOOGLE_APPLICATION_CREDENTIALS"),
    not_yet("VIGIE_HEARTBEAT_URL"),
    not_yet("VIGIE_SMTP_URL"),
    not_yet("VIGIE_EMAIL_TO"),
    not_yet("TWILIO_ACCOUNT_SID"),
    not_yet("TWILIO_AUTH_TOKEN"),
    not_yet("TWILIO_FROM"),
    not_yet("VIGIE_SMS_TO"),
    not_yet("TWILIO_API_BASE"),
    not_yet("TELEGRAM_BOT_TOKEN"),
    not_yet("TELEGRAM_CHAT_ID"),
    not_yet("TELEGRAM_API_BASE"),
    not_yet("VIGIE_WEBHOOK_URL"),
    not_yet("VIGIE_WEBHOOK_SECRET"),
    not_yet("STRIPE_SECRET_KEY"),
    not_yet("STRIPE_API_BASE"),
    not_yet("STRIPE_WEBHOOK_SECRET"),
    not_yet("PAYPAL_WEBHOOK_ID"),
    not_yet("PAYPAL_CERT_HOSTS"),
    not_yet("PAYPAL_CA_FILE"),
    not_yet("SENTRY_DSN"),
];

const fn used(variable: &'static str) -> Key {
    Key { variable, used: Used::Yes }
}

const fn not_yet(variable: &'static str) -> Key {
    Key { variable, used: Used::NotYet }
}

/// The known name that a mistyped one is nearest to, if it is near at all.
pub(super) fn nearest<'n>(mistyped: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let (distance, name) = known.into_iter().map(|name| (edits(mistyped, name), name)).min()?;
    (distance <= 3).then_some(name)
}

/// Letters to insert, leave out or replace to make one text of the other (Levenshtein).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (column, other_letter) in other.iter().enumerate() {
            let Some(above) = row.get(column + 1).copied() else { break };
            let changed = diagonal + usize::from(letter != *other_letter);
            let best = changed.min(above + 1).min(left + 1);
            if let Some(place) = row.get_mut(column) {
                *place = left;
            }
            (diagonal, left) = (above, best);
        }
        if let Some(place) = row.last_mut() {
            *place = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[test]
fn a_mistyped_name_finds_its_neighbour() {
    let known = || KEYS.iter().map(|key| key.variable);
    assert_eq!(nearest("VIGIE_ORIGIN", known()), Some("VIGIE_ORIGINS"));
    assert_eq!(nearest("VIGIE_LITSEN", known()), Some("VIGIE_LISTEN"));
    assert_eq!(nearest("VIGIE_COLOUR_OF_THE_SKY", known()), None);
    assert_eq!((edits("kitten", "sitting"), edits("", "abc"), edits("abc", "")), (3, 3, 3));
}
