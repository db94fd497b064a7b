//! Takes values out of the environment and `vigie.toml`, and collects what is wrong with them: every mistake, not the first.
//!
//! A variable goes before the file, and an empty one counts as not set. A secret's value never stands in a mistake.

use std::collections::BTreeMap;
use std::fmt;

use super::key::{self, KEYS, OURS, Used};

/// The environment as it was at the start.
pub type Environment = BTreeMap<String, String>;

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The variable, or the key and its file.
    pub place: String,
    /// What is wrong, and what is expected instead.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.what)
    }
}

/// A file of settings: its name, for mistakes, and what it holds.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) table: toml::Table,
}

pub(super) struct Reader<'s> {
    file: &'s File,
    environment: &'s Environment,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'s> Reader<'s> {
    pub(super) const fn new(file: &'s File, environment: &'s Environment) -> Self {
        Self { file, environment, mistakes: Vec::new() }
    }

    pub(super) fn mistake(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.mistakes.push(Mistake { place: place.into(), what: what.into() });
    }

    /// A variable's value in the environment alone.
    pub(super) fn variable(&self, variable: &str) -> Option<&'s str> {
        self.environment.get(variable).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Where the value of a variable stands, for mistakes.
    pub(super) fn place(&self, variable: &str) -> String {
        if self.variable(variable).is_some() { variable.to_owned() } else { self.file_place(&key::file_key(variable)) }
    }

    fn file_place(&self, path: &str) -> String {
        format!("{path} in {}", self.file.name)
    }

    /// A text.
    pub(super) fn text(&mut self, variable: &str) -> Option<String> {
        if let Some(value) = self.variable(variable) {
            return Some(value.to_owned());
        }
        match self.file.table.get(&key::file_key(variable))? {
            toml::Value::String(text) if text.trim().is_empty() => None,
            toml::Value::String(text) => Some(text.trim().to_owned()),
            other => {
                let what = format!("is {}; expected a text in quotes", kind(other));
                self.mistake(self.place(variable), what);
                None
            }
        }
    }

    /// A list: comma separated in the environment; in the file an array of texts, or one text read like the variable.
    pub(super) fn list(&mut self, variable: &str) -> Vec<String> {
        if let Some(value) = self.variable(variable) {
            return split(value);
        }
        match self.file.table.get(&key::file_key(variable)) {
            None => Vec::new(),
            Some(toml::Value::String(text)) => split(text),
            Some(toml::Value::Array(values)) => {
                let texts: Option<Vec<String>> =
                    values.iter().map(|value| value.as_str().map(|text| text.trim().to_owned())).collect();
                let mut texts = texts.unwrap_or_else(|| {
                    self.mistake(self.place(variable), "holds something else than texts; expected a list of texts");
                    Vec::new()
                });
                texts.retain(|text| !text.is_empty());
                texts
            }
            Some(other) => {
                let what = format!("is {}; expected a list of texts, [\"…\", \"…\"]", kind(other));
                self.mistake(self.place(variable), what);
                Vec::new()
            }
        }
    }

    /// A whole number of `range`.
    pub(super) fn number(&mut self, variable: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let (given, number) = if let Some(value) = self.variable(variable) {
            (format!("{value:?}"), value.parse::<i64>().ok())
        } else {
            let value = self.file.table.get(&key::file_key(variable))?;
            (value.to_string(), value.as_integer())
        };
        self.in_range(self.place(variable), &given, number, range, &expected)
    }

    fn in_range(
        &mut self,
        place: String,
        given: &str,
        number: Option<i64>,
        range: std::ops::RangeInclusive<u32>,
        expected: &str,
    ) -> Option<u32> {
        let number = number.and_then(|number| u32::try_from(number).ok()).filter(|number| range.contains(number));
        if number.is_none() {
            self.mistake(place, format!("is {given}; expected {expected}"));
        }
        number
    }

    /// `[checks."<id>"]`: hands each number of a check's table to `set` under its name.
    pub(super) fn check_numbers(
        &mut self,
        check_id: &str,
        known: &[(&str, std::ops::RangeInclusive<u32>)],
    ) -> Vec<Option<u32>> {
        let mut numbers = vec![None; known.len()];
        let Some(table) = self.file.table.get("checks").and_then(|checks| checks.get(check_id)) else { return numbers };
        let at = format!("checks.\"{check_id}\"");
        let Some(table) = table.as_table() else {
            self.mistake(self.file_place(&at), format!("is {}; expected a table", kind(table)));
            return numbers;
        };
        for (name, value) in table {
            let place = self.file_place(&format!("{at}.{name}"));
            match known.iter().position(|(key, _)| key == name) {
                None => {
                    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                    self.mistake(place, format!("is not known; this check has {}", names.join(" and ")));
                }
                Some(index) => {
                    if let (Some((_, range)), Some(number)) = (known.get(index), numbers.get_mut(index)) {
                        let expected = format!("a whole number from {} to {}", range.start(), range.end());
                        *number =
                            self.in_range(place, &value.to_string(), value.as_integer(), range.clone(), &expected);
                    }
                }
            }
        }
        numbers
    }

    /// Names that nothing knows: a mistyped setting that is silently left out would be found in the night.
    pub(super) fn refuse_unknown(&mut self, check_ids: &[&str]) {
        let known = || KEYS.iter().map(|key| key.variable);
        for variable in self.environment.keys().filter(|variable| variable.starts_with(OURS)) {
            if !known().any(|name| name == variable) {
                let hint = hint(key::nearest(variable, known()));
                self.mistake(variable.clone(), format!("is not known{hint}"));
            }
        }
        let keys: Vec<String> = KEYS.iter().map(key::Key::file_key).collect();
        for name in self.file.table.keys().filter(|name| *name != "checks" && !keys.contains(name)) {
            let hint = hint(key::nearest(name, keys.iter().map(String::as_str)));
            self.mistake(self.file_place(name), format!("is not known{hint}"));
        }
        match self.file.table.get("checks") {
            None => {}
            Some(toml::Value::Table(checks)) => {
                for id in checks.keys().filter(|id| !check_ids.contains(&id.as_str())) {
                    let place = self.file_place(&format!("checks.\"{id}\""));
                    self.mistake(place, format!("is no check; the checks are {}", check_ids.join(", ")));
                }
            }
            Some(other) => {
                let what = format!("is {}; expected tables, [checks.\"<id>\"]", kind(other));
                self.mistake(self.file_place("checks"), what);
            }
        }
    }

    /// Variables that are set, known, and read by nothing yet.
    pub(super) fn not_used_yet(&self) -> Vec<&'static str> {
        let unused = KEYS.iter().filter(|key| key.used == Used::NotYet);
        unused
            .filter(|key| self.variable(key.variable).is_some() || self.file.table.contains_key(&key.file_key()))
            .map(|key| key.variable)
            .collect()
    }
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// What a value of the file is, in words.
const fn kind(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a text",
        toml::Value::Integer(_) | toml::Value::Float(_) => "a number",
        toml::Value::Boolean(_) => "a truth value",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a table",
    }
}
