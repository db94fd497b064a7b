//! What becomes of a visitor's events when the collector answers, refuses, is gone, or the page goes: one story a test.

mod page;

use page::{DOWN, Page, Sent, answer};
use vigie_protocol::LostReason;
use vigie_sdk::{Answer, Call, Context, Input, Mode, Why, funnel};

#[test]
fn an_event_waits_five_seconds_for_company() {
    let mut page = Page::open();
    page.track(1);
    assert_eq!(page.deadline(), Some((5_000, Why::Batch)));
    assert_eq!(page.sent_by(4_999), []);
    assert_eq!(page.sent_by(5_000).len(), 1);
}

#[test]
fn the_twentieth_event_ends_the_waiting() {
    let mut page = Page::open();
    page.track(19);
    assert_eq!(page.sent_by(0), []);
    page.track(1);
    let sent = page.sent_by(0);
    assert_eq!(sent.iter().map(Sent::events).sum::<usize>(), 20);
}

#[test]
fn one_ordinary_request_is_out_at_a_time() {
    let mut page = Page::open();
    page.track(20);
    let first = page.sent_by(0).remove(0);
    page.track(40);
    page.handle(Input::Online);
    assert_eq!(page.sent_by(10_000), [], "the first one has no answer yet");
    page.answer(&first, answer(202));
    assert_eq!(page.sent_by(10_000)[0].events(), 40);
}

#[test]
fn a_busy_collector_is_asked_again_when_it_said_and_gets_the_same_events() {
    let mut page = Page::open();
    page.track(20);
    let first = page.sent_by(0).remove(0);
    page.answer(&first, Answer { status: 503, retry_after_ms: Some(7_000), ..Answer::default() });
    assert_eq!(page.deadline().map(|(_, why)| why), Some(Why::Retry));
    assert_eq!(page.sent_by(6_999), []);
    let second = page.sent_by(7_500).remove(0);
    assert_eq!(second.ids(), first.ids());
    assert_ne!(second.body["sentAt"], first.body["sentAt"], "the collector corrects the clock by it");
}

#[test]
fn after_half_a_minute_without_a_collector_all_arrive_within_four_seconds() {
    let mut page = Page::open();
    for second in 0..30 {
        page.track(3);
        page.run_until(second * 1_000, DOWN);
    }
    assert_eq!(page.stored(), 0);
    page.run_until(34_000, answer(202));
    assert_eq!((page.stored(), page.core.stats().lost.is_empty()), (90, true));
}

#[test]
fn a_short_outage_is_over_two_seconds_after_its_end() {
    for seed in 0..50 {
        let mut page = Page::open_with(seed);
        page.track(200);
        page.run_until(10_000, answer(503));
        page.run_until(12_000, answer(202));
        assert_eq!(page.stored(), 200, "seed {seed}");
    }
}

#[test]
fn a_batch_that_is_too_large_is_split_until_it_fits() {
    let mut page = Page::open();
    page.track(100);
    page.run(60_000, |sent| if sent.events() > 10 { answer(413) } else { answer(202) });
    assert_eq!((page.stored(), page.core.stats().lost.is_empty()), (100, true));
}

#[test]
fn an_event_that_is_too_large_alone_is_given_up_and_told() {
    let mut page = Page::open();
    page.track(1);
    page.run_until(6_000, answer(413));
    page.track(1);
    let next = page.sent_by(60_000).remove(0);
    assert_eq!(next.body["lost"]["too_large"], 1);
}

#[test]
fn an_event_that_spoils_its_batch_is_found_and_costs_no_neighbour() {
    for status in [400, 413, 422] {
        let mut page = Page::open();
        page.track(100);
        page.call(Call::custom("poison"));
        page.track(100);
        let poisoned = |sent: &Sent| sent.text().contains("poison");
        page.run(60_000, |sent| if poisoned(sent) { answer(status) } else { answer(202) });
        assert_eq!(page.stored(), 200, "{status}");
    }
}

#[test]
fn a_collector_that_is_not_there_or_not_ready_costs_nothing_but_time() {
    for status in [401, 403, 404, 405, 408, 410, 415, 421, 429, 500, 502] {
        let mut page = Page::open();
        page.track(30);
        page.run_until(60_000, answer(status));
        page.run_until(120_000, answer(202));
        assert_eq!((page.stored(), page.core.stats().lost.is_empty()), (30, true), "{status}");
    }
}

#[test]
fn a_refused_event_is_not_sent_again_and_the_loss_is_told_once() {
    let mut page = Page::open();
    page.track(1);
    page.run_until(60_000, answer(400));
    assert_eq!(page.core.stats().lost.count(LostReason::Invalid), 1);
    page.track(1);
    let told = page.sent_by(70_000).remove(0);
    assert_eq!(told.body["lost"]["invalid"], 1);
    page.answer(&told, DOWN);
    let again = page.sent_by(80_000).remove(0);
    assert_eq!(again.body["lost"], told.body["lost"], "under the same id, so that it counts once");
    page.answer(&again, answer(400));
    page.track(1);
    let yet_again = page.sent_by(90_000).remove(0);
    assert_eq!(yet_again.body["lost"], told.body["lost"], "nobody took note of it yet");
    page.answer(&yet_again, answer(202));
    page.track(1);
    let last = page.sent_by(100_000).remove(0);
    assert_eq!(last.body["lost"]["invalid"], 1, "the one that the 400 cost");
    page.answer(&last, answer(202));
    page.track(1);
    assert!(page.sent_by(110_000)[0].body.get("lost").is_none());
}

#[test]
fn a_request_without_an_answer_is_sent_again_after_half_a_minute() {
    let mut page = Page::open();
    page.track(20);
    let first = page.sent_by(0).remove(0);
    assert_eq!(page.deadline(), Some((30_000, Why::Answer)));
    let second = page.sent_by(31_000).remove(0);
    assert_eq!(second.ids(), first.ids());
    page.answer(&first, answer(202));
    assert_eq!(page.core.stats().in_flight, 20, "an answer that comes too late says nothing new");
}

#[test]
fn what_could_not_be_delivered_in_seven_days_is_given_up_and_counted() {
    let mut page = Page::open();
    page.track(3);
    page.run_until(7 * 24 * 3_600_000 + 120_000, DOWN);
    assert_eq!(page.core.stats().lost.count(LostReason::RetriesExhausted), 3);
    assert_eq!((page.core.stats().waiting, page.deadline()), (0, None));
}

#[test]
fn a_page_that_is_left_at_once_leaves_nothing_behind() {
    let mut page = Page::open();
    page.track(50);
    page.handle(Input::PageHide);
    let sent = page.sent();
    assert_eq!(sent.iter().map(Sent::events).sum::<usize>(), 50);
    assert!(sent.iter().all(|sent| sent.mode == Mode::Keepalive && sent.bytes <= 61_440));
}

#[test]
fn what_exceeds_the_budget_for_keepalive_goes_as_beacons() {
    let mut page = Page::open();
    page.track_heavy(100, 1_500);
    page.handle(Input::PageHide);
    let sent = page.sent();
    assert_eq!(sent.iter().map(Sent::events).sum::<usize>(), 100);
    let bytes = |mode| sent.iter().filter(|sent| sent.mode == mode).map(|sent| sent.bytes).sum::<usize>();
    assert!(bytes(Mode::Keepalive) <= 61_440, "{}", bytes(Mode::Keepalive));
    assert!(bytes(Mode::Beacon) > 61_440, "{}", bytes(Mode::Beacon));
    assert!(sent.iter().all(|sent| sent.bytes <= 61_440));
}

#[test]
fn a_hidden_page_sends_what_waits_and_what_is_out_since_a_phone_may_end_it_without_a_word() {
    let mut page = Page::open();
    page.track(20);
    let out = page.sent_by(0).remove(0);
    page.track(2);
    page.handle(Input::Hidden);
    let hidden = page.sent();
    assert_eq!((hidden.len(), hidden[0].events(), hidden[0].mode), (1, 22, Mode::Keepalive));
    assert_eq!(hidden[0].ids()[..20], out.ids());
    page.handle(Input::PageHide);
    assert_eq!(page.sent(), [], "the browser carries the keepalive request to its end");
}

#[test]
fn a_hidden_page_leaves_a_busy_collector_alone_and_a_left_one_does_not() {
    let mut page = Page::open();
    page.track(20);
    let out = page.sent_by(0).remove(0);
    page.answer(&out, Answer { status: 429, retry_after_ms: Some(60_000), ..Answer::default() });
    page.handle(Input::Hidden);
    assert_eq!(page.sent(), []);
    page.handle(Input::PageHide);
    assert_eq!(page.sent()[0].ids(), out.ids());
}

#[test]
fn an_open_form_is_abandoned_when_the_page_is_left_and_never_when_it_is_hidden() {
    let mut page = Page::open();
    page.call(funnel::signup_form_start("client"));
    page.call(funnel::form_error("signup_client", "phone", "pattern", "Numéro invalide"));
    page.handle(Input::Hidden);
    let hidden = page.sent();
    assert!(hidden.iter().all(|sent| !sent.text().contains("form_abandon")));
    page.handle(Input::PageHide);
    let abandoned = &page.sent()[0].body["events"][0];
    assert_eq!(abandoned["eventType"], "form_abandon");
    assert_eq!((&abandoned["formName"], &abandoned["fieldName"]), (&"signup_client".into(), &"phone".into()));
    page.handle(Input::PageHide);
    assert_eq!(page.sent(), [], "it was told");
}

#[test]
fn an_event_keeps_its_session_when_another_one_begins() {
    let mut page = Page::open();
    page.track(1);
    page.core.set_context(Context::of_session("another"));
    page.track(1);
    let sent = page.sent_by(5_000).remove(0);
    assert_eq!(sent.body["sessionId"], "session-0");
    assert!(sent.body["events"][0].get("sessionId").is_none());
    assert_eq!(sent.body["events"][1]["sessionId"], "another");
}

#[test]
fn a_flush_tells_whether_all_was_delivered() {
    for (status, delivered) in [(202, true), (503, false), (401, false)] {
        let mut page = Page::open();
        page.track(3);
        page.handle(Input::Flush);
        let sent = page.sent().remove(0);
        assert_eq!(page.flushed(), None, "there is no answer yet");
        page.answer(&sent, answer(status));
        assert_eq!(page.flushed(), Some(delivered), "{status}");
    }
    let mut idle = Page::open();
    idle.handle(Input::Flush);
    assert_eq!(idle.flushed(), Some(true), "nothing waits");
}

#[test]
fn after_a_no_nothing_is_sent_and_what_waited_is_counted() {
    let mut page = Page::open();
    page.call(funnel::signup_form_start("client"));
    page.core.set_consent(vigie_protocol::Consent::Denied);
    page.track(1);
    page.handle(Input::PageHide);
    assert_eq!((page.sent(), page.deadline()), (vec![], None));
    assert_eq!(page.core.stats().lost.count(LostReason::NoConsent), 2);
    page.core.set_consent(vigie_protocol::Consent::Granted);
    page.track(1);
    assert_eq!(page.sent_by(60_000)[0].body["lost"]["no_consent"], 2);
}

#[test]
fn losses_alone_are_told_when_the_page_is_left() {
    let mut page = Page::open();
    page.track(1);
    page.run_until(6_000, answer(400));
    page.handle(Input::PageHide);
    let told = page.sent().remove(0);
    assert_eq!((told.events(), &told.body["lost"]["invalid"]), (0, &1.into()));
    assert_eq!(told.body["sessionId"], "session-0");
}
