//! `vigie export <collection>`: what is stored, as JSON lines in the contract's form, one document a line.

use std::io::{BufWriter, ErrorKind, Write};

use vigie_domain::document::{Collection, Document};
use vigie_domain::time::{Span, Timestamp};
use vigie_sqlite::Reader;

use super::ConfigOption;
use crate::clock::{Clock, SystemClock};
use crate::config::Mode;

/// Documents read at once: enough to be quick, few enough to hold.
const PAGE: usize = 1_000;

#[derive(clap::Args)]
pub(super) struct Options {
    /// `analytics_events`, `system_alerts`, `outbox`, …; a name that is none lists them all.
    collection: String,
    /// Print only these fields: `id,eventType`.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    fields: Vec<String>,
    /// Leave out what is older: a moment such as 2026-11-24T04:30:00Z, or a span back from now such as 30m, 2h or 7d.
    #[arg(long, value_name = "SINCE")]
    since: Option<String>,
    #[command(flatten)]
    config: ConfigOption,
}

pub(super) fn run(options: &Options) -> Result<(), String> {
    let collection = Collection::from_name(&options.collection).ok_or_else(|| {
        let known: Vec<&str> = Collection::ALL.iter().map(|collection| collection.as_str()).collect();
        format!("there is no collection {:?}; the collections are {}", options.collection, known.join(", "))
    })?;
    let since = options.since.as_deref().map(|text| since(text, SystemClock.now())).transpose()?;
    let config = options.config.load(Mode::Reading)?;
    let mut reader = Reader::open(&config.data).map_err(|error| error.to_string())?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut after = None;
    loop {
        let page = reader.export(collection, since, after, PAGE).map_err(|error| error.to_string())?;
        match write(&mut out, page.documents, &options.fields) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()), // whoever read has read enough
            Err(error) => return Err(format!("cannot write: {error}")),
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

fn write(out: &mut impl Write, documents: Vec<Document>, fields: &[String]) -> std::io::Result<()> {
    for mut document in documents {
        if !fields.is_empty() {
            document.retain(|name, _| fields.iter().any(|field| field.trim() == name));
        }
        serde_json::to_writer(&mut *out, &document)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// A moment, or a span back from `now`.
fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let span = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let milliseconds = match unit {
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        i64::from(number.parse::<u32>().ok()?).checked_mul(milliseconds).map(Span)
    };
    span().map(|span| now - span).ok_or_else(|| {
        format!("--since {text:?} is no time; expected one such as 2026-11-24T04:30:00Z, or a span back such as 90s, 30m, 2h, 7d")
    })
}

#[test]
fn since_is_a_moment_or_a_span_back() {
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    for (text, expected) in [
        ("2026-11-24T04:30:00Z", Some("2026-11-24T04:30:00.000Z")),
        ("90s", Some("2026-11-24T11:58:30.000Z")),
        ("30m", Some("2026-11-24T11:30:00.000Z")),
        ("2h", Some("2026-11-24T10:00:00.000Z")),
        ("7d", Some("2026-11-17T12:00:00.000Z")),
        ("", None),
        ("h", None),
        ("2", None),
        ("2w", None),
        ("-2h", None),
        ("deux heures é", None),
    ] {
        assert_eq!(since(text, now).ok().map(|moment| moment.to_string()).as_deref(), expected, "{text}");
    }
}
