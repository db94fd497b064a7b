//! Writes the body of a batch (`contract.md`, section 3): what all its events share once, and on an event only what differs.

use vigie_protocol::Column;

use crate::context::Context;
use crate::event::Event;
use crate::json::{write_member, write_name};
use crate::lost::Report;
use crate::settings::Head;
use crate::time::{Timestamp, write_rfc3339};

/// The batch as text. `here` is where the visitor stands, for a batch without events.
///
/// `sentAt` is this very moment, on a retry too: the collector corrects the visitor's clock by it.
pub(crate) fn write(
    events: &[Event],
    report: Option<&Report>,
    here: &Context,
    settings: &Head,
    now: Timestamp,
) -> String {
    let mut out = String::with_capacity(512 + events.iter().map(|event| event.json.len() + 8).sum::<usize>());
    out.push_str("{");
    write_name(&mut out, "sentAt");
    write_rfc3339(&mut out, now);
    out.push_str(&settings.0);
    let first = events.first().map_or(here, |event| &event.context);
    let mut differs = [false; Column::SHARED];
    for (&column, differs) in Column::ALL.iter().zip(&mut differs) {
        let text = first.text(column);
        let same = events.iter().all(|event| event.context.text(column) == text);
        *differs = !same;
        // The session is required on the batch; another session's events say theirs.
        if !text.is_empty() && (same || column == Column::SessionId) {
            write_member(&mut out, column.as_str(), text);
        }
    }
    if let Some(report) = report {
        report.write(&mut out);
    }
    write_name(&mut out, "events");
    out.push_str("[");
    for event in events {
        if !out.ends_with('[') {
            out.push_str(",");
        }
        out.push_str(&event.json);
        for (&column, &differs) in Column::ALL.iter().zip(&differs) {
            let text = event.context.text(column);
            let said = column == Column::SessionId && text == first.text(column);
            if differs && !text.is_empty() && !said {
                write_member(&mut out, column.as_str(), text);
            }
        }
        out.push_str("}");
    }
    out.push_str("]}");
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::time::Tick;

    fn event(id: &str, context: Context) -> Event {
        Event { json: format!(r#"{{"id":"{id}""#), context: Arc::new(context), since: Tick(0) }
    }

    fn written(events: &[Event]) -> String {
        let settings = Head(r#","release":"r1""#.into());
        write(events, None, &Context::of_session("here"), &settings, Timestamp(0))
    }

    #[test]
    fn what_all_share_stands_on_the_batch() {
        let context = || Context::of_session("s1").with(Column::Page, "/a");
        assert_eq!(
            written(&[event("1", context()), event("2", context())]),
            concat!(
                r#"{"sentAt":"1970-01-01T00:00:00.000Z","release":"r1","sessionId":"s1","page":"/a","#,
                r#""events":[{"id":"1"},{"id":"2"}]}"#
            )
        );
    }

    #[test]
    fn what_differs_stands_on_the_events_and_nobody_gets_a_neighbours_user() {
        let first = Context::of_session("s1").with(Column::UserId, "u1").with(Column::Page, "/a");
        let second = Context::of_session("s2").with(Column::Page, "/a");
        assert_eq!(
            written(&[event("1", first), event("2", second)]),
            concat!(
                r#"{"sentAt":"1970-01-01T00:00:00.000Z","release":"r1","sessionId":"s1","page":"/a","#,
                r#""events":[{"id":"1","userId":"u1"},{"id":"2","sessionId":"s2"}]}"#
            )
        );
    }

    #[test]
    fn a_batch_without_events_says_where_the_visitor_stands() {
        assert!(written(&[]).ends_with(r#""sessionId":"here","events":[]}"#));
    }
}
