//! Slack's incoming webhooks: a message as Block Kit, and what the answers mean.
//!
//! Limits and escapes are those of Slack's reference for blocks and for formatting text. A webhook's address is a secret: it
//! stands in no error and no log.

use std::time::Duration;

use serde_json::{Value, json};
use vigie_domain::notification::Message;
use vigie_domain::outbox::Attempt;
use vigie_domain::time::Span;

/// One incoming webhook.
#[derive(Clone)]
pub struct Slack {
    client: reqwest::Client,
    webhook_url: String,
}

impl std::fmt::Debug for Slack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Slack")
    }
}

/// Slack answers within a second or it is unwell.
const TIME_OUT: Duration = Duration::from_secs(10);

impl Slack {
    /// A sender to this webhook.
    ///
    /// # Errors
    /// When the machine's TLS cannot be set up.
    pub fn new(webhook_url: String) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(TIME_OUT)
            .redirect(reqwest::redirect::Policy::none()) // a webhook does not move
            .build()?;
        Ok(Self { client, webhook_url })
    }

    /// Sends one message. `key` becomes its `block_id`, so that what arrived can be told apart.
    pub async fn send(&self, key: &str, message: &Message) -> Attempt {
        let request = self.client.post(&self.webhook_url).json(&blocks(key, message));
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Attempt::Later { answer: error.without_url().to_string(), after: None },
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let text: String = response.text().await.unwrap_or_default().chars().take(200).collect();
        classify(status, retry_after, &text)
    }
}

/// What Slack's answer means. 400: the message is not of its form; 403 and 410: forbidden, archived; 404: the webhook was
/// deleted and will not come back.
fn classify(status: u16, retry_after_seconds: Option<u32>, text: &str) -> Attempt {
    let answer = format!("{status} {text}").trim_end().to_owned();
    match status {
        200..=299 => Attempt::Sent { answer },
        408 | 425 | 429 | 500.. => {
            Attempt::Later { answer, after: retry_after_seconds.map(|seconds| Span::seconds(seconds.into())) }
        }
        _ => Attempt::Never { answer },
    }
}

/// The message as Slack shows it. The first block bears the key.
fn blocks(key: &str, message: &Message) -> Value {
    let mut blocks = vec![
        json!({ "type": "header", "block_id": shortened(key, BLOCK_ID_MAX),
            "text": { "type": "plain_text", "emoji": true, "text": shortened(&message.heading, HEADER_MAX) } }),
        section(&escaped(&message.text)),
    ];
    if !message.facts.is_empty() {
        let fields: Vec<Value> = message
            .facts
            .iter()
            .map(|fact| format!("*{}*\n{}", escaped(&fact.name), escaped(&fact.value)))
            .map(|text| json!({ "type": "mrkdwn", "text": shortened(&text, FIELD_MAX) }))
            .collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    for paragraph in &message.paragraphs {
        blocks.push(section(&format!("*{}*\n{}", escaped(&paragraph.name), escaped(&paragraph.value))));
    }
    if let Some(link) = &message.link {
        blocks.push(section(&format!("<{}|{}>", escaped(&link.url).replace('|', "%7C"), escaped(&link.name))));
    }
    let footer = json!({ "type": "mrkdwn", "text": shortened(&escaped(&message.footer), FIELD_MAX) });
    blocks.push(json!({ "type": "context", "elements": [footer] }));
    json!({ "text": escaped(&message.heading), "blocks": blocks })
}

const BLOCK_ID_MAX: usize = 255;
const HEADER_MAX: usize = 150;
const SECTION_MAX: usize = 3_000;
const FIELD_MAX: usize = 2_000;
/// Bytes of the longest escape, `&amp;`.
const ESCAPE_MAX: usize = 5;

fn section(markdown: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": shortened(markdown, SECTION_MAX) } })
}

/// At most `max` characters, the last an ellipsis if something was left out. Never ends within an escape.
fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(max - 1).collect();
    let is_cut = |start: &usize| kept.len() - start < ESCAPE_MAX && !kept[*start..].contains(';');
    if let Some(escape) = kept.rfind('&').filter(is_cut) {
        kept.truncate(escape);
    }
    kept.push('…');
    kept
}

/// The three characters that Slack gives a meaning to: no name of a form calls a whole channel.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigie_domain::notification::{Fact, Link};
    use vigie_domain::verdict::Severity;

    #[test]
    fn an_answer_means_sent_later_or_never() {
        for (status, retry_after, text, expected) in [
            (200, None, "ok", Attempt::Sent { answer: "200 ok".to_owned() }),
            (429, Some(30), "", Attempt::Later { answer: "429".to_owned(), after: Some(Span::seconds(30)) }),
            (500, None, "", Attempt::Later { answer: "500".to_owned(), after: None }),
            (404, None, "no_service", Attempt::Never { answer: "404 no_service".to_owned() }),
            (400, None, "invalid_blocks", Attempt::Never { answer: "400 invalid_blocks".to_owned() }),
        ] {
            assert_eq!(classify(status, retry_after, text), expected);
        }
    }

    #[test]
    fn what_people_typed_is_text_and_everything_fits() {
        let fact = |text: &str| Fact { name: text.to_owned(), value: text.to_owned() };
        let nasty = "<!channel> & <https://evil.example|click> ".repeat(400);
        let message = Message {
            severity: Severity::Critical,
            resolved: false,
            heading: nasty.clone(),
            text: nasty.clone(),
            facts: vec![fact(&nasty)],
            paragraphs: vec![fact(&nasty)],
            link: Some(Link { name: "voir".to_owned(), url: "https://vigie.example/a?b=1&c=2".to_owned() }),
            footer: nasty,
        };
        let body = blocks("0190:opened:slack:default", &message);
        let blocks = body["blocks"].as_array().unwrap();
        // The header is plain text, in which Slack reads no meaning; everywhere else the only tag is our link.
        let marked = serde_json::to_string(&blocks[1..]).unwrap();
        assert!(!marked.replace("<https://vigie.example/a?b=1&amp;c=2|voir>", "").contains('<'), "{marked}");
        assert_eq!(blocks[0]["block_id"], "0190:opened:slack:default");
        assert_eq!(blocks[0]["text"]["text"].as_str().unwrap().chars().count(), HEADER_MAX);
        assert!(blocks[1]["text"]["text"].as_str().unwrap().chars().count() <= SECTION_MAX);
        assert!(blocks.len() <= 50);
    }

    #[test]
    fn a_text_is_not_cut_within_an_escape() {
        assert_eq!(shortened("ab&lt;c", 5), "ab…");
        assert_eq!(shortened("ab&lt;c", 7), "ab&lt;c");
        assert_eq!(shortened("abcdef", 4), "abc…");
    }
}
