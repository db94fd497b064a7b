//! What a check is, and the one table that lists them.
//!
//! Jobs, configuration, dashboard, documentation and OpenAPI read this table; adding a check is a file in `checks/`, its
//! texts, and a line here.

use crate::checks::functional::signup_form_drop_off;
use crate::counts::CounterKey;
use crate::facts::{Facts, Need};
use crate::text::Sources;
use crate::time::Timestamp;
use crate::verdict::Verdict;

/// One thing that is watched: a constant in a file of its own.
pub struct Check {
    /// The stable name in configuration, API, dashboard and fingerprint.
    pub id: &'static str,
    pub category: Category,
    /// What it reads, and therefore which events concern it.
    pub needs: &'static [Need],
    /// Its words, in `texts/` under its id.
    pub texts: Sources,
    /// Judges the facts at a moment. Pure: it runs live, in a job, from the API and over history alike.
    pub judge: fn(&Facts, &Thresholds, Timestamp) -> Verdict,
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

/// Every check.
pub const CHECKS: &[&Check] = &[&signup_form_drop_off::CHECK];

/// `category` of an alert, and with it the collection it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    SignupFunnel,
}

impl Category {
    /// The spelling in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignupFunnel => "signup_funnel",
        }
    }

    /// The collection an alert of this category stands in besides `system_alerts`.
    #[must_use]
    pub const fn collection(self) -> AlertCollection {
        match self {
            Self::SignupFunnel => AlertCollection::Functional,
        }
    }
}

/// Where alerts stand (`contract.md`, section 2): each in its own collection and, under the same id, in `system_alerts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertCollection {
    Functional,
    Payment,
    /// `system_alerts` alone.
    System,
}

impl AlertCollection {
    /// The collection's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Functional => "functional_alerts",
            Self::Payment => "payment_alerts",
            Self::System => "system_alerts",
        }
    }

    /// The collection that is spelled so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Functional, Self::Payment, Self::System].into_iter().find(|collection| collection.as_str() == name)
    }
}

/// `checkType` of `triggerFunctionalCheck` (`contract.md`, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckType {
    All,
    Critical,
    Signup,
    Booking,
    Tracking,
    Payment,
    Forms,
    Availability,
}

impl CheckType {
    /// Every type that may be asked for.
    pub const NAMES: &[(&'static str, Self)] = &[
        ("all", Self::All),
        ("critical", Self::Critical),
        ("signup", Self::Signup),
        ("booking", Self::Booking),
        ("tracking", Self::Tracking),
        ("payment", Self::Payment),
        ("forms", Self::Forms),
        ("availability", Self::Availability),
    ];

    /// The type that is spelled so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, check_type)| *check_type)
    }

    /// Whether a check is of this type. `critical` are the starred checks of the catalogue, and none of them is built yet.
    #[must_use]
    pub fn includes(self, check: &Check) -> bool {
        match self {
            Self::All => true,
            Self::Signup => check.category == Category::SignupFunnel,
            Self::Critical | Self::Booking | Self::Tracking | Self::Payment | Self::Forms | Self::Availability => false,
        }
    }
}

/// The check of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

/// The checks whose facts move with a counter.
pub fn concerned_by(key: &CounterKey) -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().copied().filter(move |check| check.needs.iter().any(|need| need.is_moved_by(key)))
}

/// The numbers an operator may change, by check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    pub signup_form_drop_off: signup_form_drop_off::Threshold,
}

#[test]
fn every_check_file_is_listed_and_every_id_is_one_checks() {
    let mut files = Vec::new();
    for family in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks")).unwrap() {
        let family = family.unwrap().path();
        if family.is_dir() {
            files.extend(std::fs::read_dir(family).unwrap().map(|file| file.unwrap().path()));
        }
    }
    let ids: Vec<String> = files
        .iter()
        .filter(|file| file.file_stem().is_some_and(|stem| stem != "mod"))
        .map(|file| std::fs::read_to_string(file).unwrap())
        .map(|code| code.split_once("id: \"").unwrap().1.split_once('"').unwrap().0.to_owned())
        .collect();
    for id in &ids {
        assert!(by_id(id).is_some(), "{id} has a file and is not in CHECKS");
    }
    assert_eq!(ids.len(), CHECKS.len());
}

#[test]
fn a_counter_of_the_sign_up_concerns_the_sign_ups_checks_alone() {
    let concerned = |funnel: &str, measure: &str| -> Vec<&str> {
        concerned_by(&CounterKey::new(funnel, measure)).map(|check| check.id).collect()
    };
    assert_eq!(concerned("signup_provider", "won"), ["signup.form-drop-off"]);
    assert!(concerned("checkout", "won").is_empty());
    assert!(concerned("signup_client", "signup_success").is_empty());
}
