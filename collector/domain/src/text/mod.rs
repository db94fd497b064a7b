//! Texts for people, in French and English, from catalogues in Mozilla's Fluent under `texts/`.
//!
//! A check brings its own two files, bearing its id; what every message says stands in `messages.ftl`. A text that is
//! missing is found by a test, not by the operator.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use crate::alert::{Alert, Transition, Words};
use crate::check::{CHECKS, Check};
use crate::notification::{Audience, Fact, Link, Message};
use crate::time::Span;
use crate::verdict::{Finding, Severity};

/// `VIGIE_LANGUAGE`: what alerts and messages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    #[default]
    French,
    English,
}

impl Language {
    /// The language of this code, `fr` or `en`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "fr" => Some(Self::French),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }
}

/// The texts of one check or of all messages, in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    pub french: &'static str,
    pub english: &'static str,
}

impl Sources {
    const fn of(self, language: Language) -> &'static str {
        match language {
            Language::French => self.french,
            Language::English => self.english,
        }
    }
}

/// The two files of `texts/` that bear a name.
macro_rules! texts {
    ($name:literal) => {
        $crate::text::Sources {
            french: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/texts/fr/", $name, ".ftl")),
            english: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/texts/en/", $name, ".ftl")),
        }
    };
}
pub(crate) use texts;

const MESSAGES: Sources = texts!("messages");

/// All texts in one language.
pub struct Texts {
    language: Language,
    messages: Catalogue,
    checks: Vec<(&'static str, Catalogue)>,
}

struct Catalogue(FluentBundle<FluentResource>);

impl Catalogue {
    fn new(sources: Sources, language: Language) -> Self {
        let mut bundle = FluentBundle::new_concurrent(language.code().parse().into_iter().collect());
        bundle.set_use_isolating(false); // channels show plain text; the marks would stand in it
        // What parsed is used even where a line did not; a test reads every text.
        let resource = FluentResource::try_new(sources.of(language).to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    /// The text of this name; its name, if it is missing.
    fn text(&self, name: &str, arguments: &FluentArgs<'_>) -> String {
        let Some(pattern) = self.0.get_message(name).and_then(|message| message.value()) else {
            return name.to_owned();
        };
        self.0.format_pattern(pattern, Some(arguments), &mut Vec::new()).into_owned()
    }

    fn plain(&self, name: &str) -> String {
        self.text(name, &FluentArgs::new())
    }
}

impl Texts {
    /// The texts in `language`.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let checks = CHECKS.iter().map(|check| (check.id, Catalogue::new(check.texts, language))).collect();
        Self { language, messages: Catalogue::new(MESSAGES, language), checks }
    }

    fn check(&self, id: &str) -> Option<&Catalogue> {
        self.checks.iter().find(|(known, _)| *known == id).map(|(_, catalogue)| catalogue)
    }

    /// The words of an alert about a finding.
    #[must_use]
    pub fn words(&self, check: &Check, finding: &Finding) -> Words {
        let arguments = self.numbers(finding);
        let text = |name| self.check(check.id).map_or_else(String::new, |catalogue| catalogue.text(name, &arguments));
        Words {
            title: text("title"),
            message: text("message"),
            impact: text("impact"),
            suggested_action: text("suggested-action"),
        }
    }

    /// What a person is told about something that happened to an alert. `finding` is what opened it.
    #[must_use]
    pub fn message(
        &self,
        transition: Transition,
        alert: &Alert,
        finding: Option<&Finding>,
        audience: &Audience,
    ) -> Message {
        let severity = self.messages.plain(&format!("severity-{}", alert.severity.as_str()));
        let mut arguments = FluentArgs::new();
        arguments.set("severity", severity);
        arguments.set("site", audience.site.as_str());
        arguments.set("title", alert.title.as_str());
        arguments.set("check", alert.check_id.as_str());
        arguments.set("occurrences", alert.occurrences);
        arguments.set("by", alert.resolved_by.as_deref().unwrap_or_default());
        arguments.set("note", alert.resolution.as_deref().unwrap_or_default());
        let open_for = alert.resolved_at.map_or(Span(0), |resolved_at| resolved_at.since(alert.created_at));
        arguments.set("open", self.duration(open_for));
        let text = |name| self.messages.text(name, &arguments);
        let resolved = transition != Transition::Opened;
        let body = match (transition, &alert.resolution) {
            (Transition::Opened, _) => alert.message.clone(),
            (Transition::ResolvedByClock, _) => text("resolved-by-clock"),
            (Transition::ResolvedByHand, None) => text("resolved-by-hand"),
            (Transition::ResolvedByHand, Some(_)) => text("resolved-by-hand-with-note"),
        };
        let paragraphs = [("impact", &alert.impact), ("suggested-action", &alert.suggested_action)];
        Message {
            severity: alert.severity,
            resolved,
            heading: format!(
                "{} {}",
                mark(alert.severity, resolved),
                text(if resolved { "heading-resolved" } else { "heading" })
            ),
            text: body,
            facts: finding.map_or_else(Vec::new, |finding| self.facts(alert, finding)),
            paragraphs: if resolved {
                Vec::new()
            } else {
                paragraphs.map(|(name, value)| Fact { name: text(name), value: value.clone() }).into()
            },
            link: audience
                .dashboard_url
                .as_deref()
                .map(|dashboard| Link { name: text("link"), url: format!("{dashboard}/alerts/{}", alert.id) }),
            footer: text("footer"),
        }
    }

    fn facts(&self, alert: &Alert, finding: &Finding) -> Vec<Fact> {
        let Some(catalogue) = self.check(&alert.check_id) else { return Vec::new() };
        let arguments = self.numbers(finding);
        let fact = |name: &str| Fact {
            name: catalogue.plain(name),
            value: catalogue.text(&format!("{name}-value"), &arguments),
        };
        vec![fact("fact-rate"), fact("fact-threshold")]
    }

    /// A finding's numbers as texts may use them.
    fn numbers(&self, finding: &Finding) -> FluentArgs<'static> {
        let (low, high) = finding.rate.wilson_95();
        let mut arguments = FluentArgs::new();
        arguments.set("lost", finding.rate.part);
        arguments.set("starts", finding.rate.whole);
        arguments.set("hours", finding.window_hours);
        arguments.set("percent", self.percent(finding.rate.percent()));
        arguments.set("low", self.percent(low));
        arguments.set("high", self.percent(high));
        arguments.set("threshold", self.percent(f64::from(finding.threshold_percent)));
        arguments
    }

    /// Whole percents, as each language writes them.
    fn percent(&self, percent: f64) -> String {
        match self.language {
            Language::French => format!("{percent:.0}\u{a0}%"),
            Language::English => format!("{percent:.0}%"),
        }
    }

    fn duration(&self, span: Span) -> String {
        let minutes = span.whole_minutes().max(0);
        let mut arguments = FluentArgs::new();
        let name = if minutes < 60 {
            arguments.set("minutes", minutes.to_string());
            "duration-minutes"
        } else if minutes < 48 * 60 {
            arguments.set("hours", (minutes / 60).to_string());
            arguments.set("minutes", format!("{:02}", minutes % 60));
            "duration-hours"
        } else {
            arguments.set("days", (minutes / 1_440).to_string());
            arguments.set("hours", (minutes % 1_440 / 60).to_string());
            "duration-days"
        };
        self.messages.text(name, &arguments)
    }
}

/// Read from across the room.
const fn mark(severity: Severity, resolved: bool) -> &'static str {
    match (resolved, severity) {
        (true, _) => "✅",
        (false, Severity::Info) => "🔵",
        (false, Severity::Warning) => "🟡",
        (false, Severity::Critical) => "🔴",
        (false, Severity::Emergency) => "🚨",
    }
}

#[cfg(test)]
mod tests;
