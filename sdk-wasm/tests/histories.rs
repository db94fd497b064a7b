//! Whatever happens to a page whose collector comes back, each event is stored once, or counted as given up.

mod page;

use std::collections::BTreeMap;

use page::{DOWN, Page, Sent, answer};
use proptest::prelude::*;
use vigie_protocol::LostReason;
use vigie_sdk::{Answer, Input, Mode};

/// Something that happens.
#[derive(Clone, Debug)]
enum Happening {
    Track(usize),
    Heavy(usize),
    Passes(u16),
    /// The oldest request that is out comes to this.
    Answered(Fate),
    Hidden,
    Left,
    Online,
    Flushed,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Stored,
    /// The collector keeps it, and the page never hears of it.
    AnswerLost,
    Down,
    Busy(u16),
    TooLarge,
    /// The collector cannot read it: 400 or 422.
    Unreadable(bool),
}

fn happening() -> impl Strategy<Value = Happening> {
    let fate = prop_oneof![
        3 => Just(Fate::Stored),
        1 => Just(Fate::AnswerLost),
        2 => Just(Fate::Down),
        1 => (0..20_000_u16).prop_map(Fate::Busy),
        1 => Just(Fate::TooLarge),
        1 => any::<bool>().prop_map(Fate::Unreadable),
    ];
    prop_oneof![
        4 => (1..30_usize).prop_map(Happening::Track),
        1 => (1..60_usize).prop_map(Happening::Heavy),
        4 => any::<u16>().prop_map(Happening::Passes),
        6 => fate.prop_map(Happening::Answered),
        1 => Just(Happening::Hidden),
        1 => Just(Happening::Left),
        1 => Just(Happening::Online),
        1 => Just(Happening::Flushed),
    ]
}

/// What the collector has seen of a page.
#[derive(Default)]
struct Seen {
    /// Each event's text, by id.
    events: BTreeMap<String, String>,
    /// Events given up as too large or invalid, by the id of the report that told it.
    given_up: BTreeMap<String, u64>,
}

proptest! {
    #[test]
    fn each_event_is_stored_once_or_counted(seed: u64, history in prop::collection::vec(happening(), 1..60)) {
        let mut page = Page::open_with(seed);
        let (mut out, mut seen) = (Vec::new(), Seen::default());
        for happening in history {
            match happening {
                Happening::Track(events) => page.track(events),
                Happening::Heavy(events) => page.track_heavy(events, 2_000),
                Happening::Passes(milliseconds) => {
                    let sent = page.sent_by(page.now() + i64::from(milliseconds));
                    note(&mut out, sent, &mut seen)?;
                }
                Happening::Answered(fate) if !out.is_empty() => meet(&mut page, &out.remove(0), fate),
                Happening::Answered(_) => {}
                Happening::Hidden => page.handle(Input::Hidden),
                Happening::Left => page.handle(Input::PageHide),
                Happening::Online => page.handle(Input::Online),
                Happening::Flushed => page.handle(Input::Flush),
            }
            let sent = page.sent();
            note(&mut out, sent, &mut seen)?;
        }
        // The collector is well again, and nothing more happens: what waits gets there by itself.
        loop {
            for sent in std::mem::take(&mut out) {
                page.answer(&sent, answer(202));
            }
            let sent = match page.deadline() {
                Some((due, _)) => page.sent_by(due),
                None => page.sent(),
            };
            if sent.is_empty() && page.deadline().is_none() {
                break;
            }
            note(&mut out, sent, &mut seen)?;
        }
        let stats = page.core.stats();
        prop_assert_eq!((stats.waiting, stats.in_flight, page.deadline()), (0, 0, None));
        // Only what the collector refused on its own may be missing, and it was counted.
        let missing = page.tracked() - page.stored();
        let untold = [LostReason::TooLarge, LostReason::Invalid].map(|reason| u64::from(stats.lost.count(reason)));
        let counted = seen.given_up.values().chain(&untold).sum::<u64>();
        prop_assert!(missing as u64 <= counted, "{} of {} missing, {} counted", missing, page.tracked(), counted);
    }
}

/// What was sent keeps to every limit, and no event ever changes.
fn note(out: &mut Vec<Sent>, sent: Vec<Sent>, seen: &mut Seen) -> Result<(), TestCaseError> {
    for sent in sent {
        prop_assert!(sent.events() <= 500 && sent.bytes <= 1_048_576);
        prop_assert!(sent.mode == Mode::Ordinary || sent.bytes <= 61_440, "{} bytes outlive no page", sent.bytes);
        if let Some(report) = sent.body["lost"]["id"].as_str() {
            let lost = |reason| sent.body["lost"][reason].as_u64().unwrap_or_default();
            let given_up = lost("too_large") + lost("invalid");
            let told = *seen.given_up.entry(report.into()).or_insert(given_up);
            prop_assert_eq!(told, given_up, "a report keeps its counts");
        }
        for event in sent.body["events"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let (id, text) = (event["id"].as_str().unwrap_or_default(), event.to_string());
            prop_assert_eq!(seen.events.entry(id.into()).or_insert_with(|| text.clone()), &text);
        }
        out.push(sent);
    }
    Ok(())
}

fn meet(page: &mut Page, sent: &Sent, fate: Fate) {
    match fate {
        Fate::Stored => page.answer(sent, answer(202)),
        Fate::AnswerLost => {
            page.keep(sent);
            page.answer(sent, DOWN);
        }
        Fate::Down => page.answer(sent, DOWN),
        Fate::Busy(milliseconds) => {
            page.answer(sent, Answer { status: 503, retry_after_ms: Some(milliseconds.into()), ..DOWN });
        }
        Fate::Unreadable(as_json) => page.answer(sent, answer(if as_json { 400 } else { 422 })),
        Fate::TooLarge => page.answer(sent, answer(413)),
    }
}
