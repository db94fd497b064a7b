//! Every text is there in both languages, and reads well.

use super::*;
use crate::alert::{Look, Standing, look};
use crate::id::Id;
use crate::time::Timestamp;
use crate::verdict::{Rate, Verdict};

fn finding(part: u64, whole: u64) -> Finding {
    let rate = Rate { part, whole };
    Finding { severity: Severity::Critical, rate, threshold_percent: 30, window_hours: 24, onset: None }
}

fn opened(texts: &Texts, finding: &Finding) -> Alert {
    let now = Timestamp(1_795_000_000_000);
    let words = || texts.words(CHECKS[0], finding);
    let id = Id::new(now, [3; 10]);
    let Look { alert, .. } =
        look(Standing::default(), CHECKS[0], &Verdict::Firing(finding.clone()), None, now, id, words);
    alert.unwrap()
}

fn audience() -> Audience {
    Audience {
        channels: vec![crate::outbox::Channel::Slack],
        site: "SOS-Expat".to_owned(),
        dashboard_url: Some("https://vigie.example.org".to_owned()),
    }
}

#[test]
fn every_text_of_every_check_parses_and_is_there_in_both_languages() {
    let names = |source: &str| -> Vec<String> {
        FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| errors).unwrap();
        let starts_a_text = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
        source.lines().filter(starts_a_text).filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
    };
    let required = ["title", "message", "impact", "suggested-action", "fact-rate", "fact-rate-value"];
    for (id, sources) in CHECKS.iter().map(|check| (check.id, check.texts)).chain([("messages", MESSAGES)]) {
        let french = names(sources.french);
        assert_eq!(french, names(sources.english), "{id} has the same texts in both languages");
        for name in required.iter().filter(|_| id != "messages") {
            assert!(french.iter().any(|known| known == name), "{id} has no text {name}");
        }
    }
}

#[test]
fn an_alert_reads_in_french() {
    let texts = Texts::new(Language::French);
    let alert = opened(&texts, &finding(10, 12));
    assert_eq!(alert.title, "Abandon élevé du formulaire d’inscription");
    assert_eq!(
        alert.message,
        "10 des 12 personnes qui ont commencé le formulaire d’inscription ces 24 dernières heures sont parties sans \
         l’envoyer, soit 83\u{a0}% (le vrai taux est entre 55\u{a0}% et 95\u{a0}%, à 95 %). Le seuil est de 30\u{a0}%."
    );
    let message = texts.message(Transition::Opened, &alert, Some(&finding(10, 12)), &audience());
    assert_eq!(message.heading, "🔴 Critique · SOS-Expat · Abandon élevé du formulaire d’inscription");
    assert_eq!(message.facts[0].value, "10 sur 12 = 83\u{a0}% (55\u{a0}% à 95\u{a0}%)");
    assert_eq!(message.link.unwrap().url, format!("https://vigie.example.org/alerts/{}", alert.id));
    assert!(message.paragraphs[1].value.contains("\n2. Cherchez le champ"), "{}", message.paragraphs[1].value);
}

#[test]
fn a_resolution_says_how_long_and_by_whom_in_english() {
    let texts = Texts::new(Language::English);
    let mut alert = opened(&texts, &finding(10, 12));
    alert.resolved_by = Some("manon".to_owned());
    alert.resolution = Some("phone <field> & co repaired".to_owned());
    for (minutes, open) in [(7, "7 min"), (125, "2 h 05"), (3_000, "2 d 2 h")] {
        alert.resolved_at = Some(alert.created_at + Span::minutes(minutes));
        let message = texts.message(Transition::ResolvedByHand, &alert, None, &audience());
        assert_eq!(
            message.text,
            format!("manon resolved the alert, which was open for {open}: “phone <field> & co repaired”")
        );
        assert!(message.heading.starts_with("✅ Resolved · SOS-Expat · "));
        assert_eq!((message.facts.len(), message.paragraphs.len()), (0, 0));
    }
}
