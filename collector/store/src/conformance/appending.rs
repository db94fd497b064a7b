//! Facts about events: each stands once, whatever comes twice and in whatever order, and the counters follow.

use vigie_domain::document::Collection;
use vigie_domain::event::{Batch, Context};
use vigie_protocol::{Role, Traffic};

use super::Place;
use super::given::{batch, counted, counters, error, event, full_event, numbers, session};
use crate::Appended;

const fn accepted(accepted: usize, duplicates: usize) -> Appended {
    Appended { accepted, duplicates, refused: 0, lost_is_new: false, woke: false }
}

/// Starts and submissions in turn.
const fn in_turn(number: u64) -> &'static str {
    if number.is_multiple_of(2) { "form_start" } else { "form_submit" }
}

pub(super) async fn what_was_appended_stands_once_and_in_order(place: &dyn Place) {
    let store = place.open();
    let first = batch(session("a"), [event(1, 1, "page_view", ""), event(5, 2, "page_view", "")]);
    let second = batch(session("a"), [event(3, 1, "quiz_done", ""), event(5, 9, "page_view", "")]);
    assert_eq!(store.append(first).await, Ok(accepted(2, 0)));
    assert_eq!(store.append(second).await, Ok(accepted(1, 1)));
    assert_eq!(store.append(Batch::default()).await, Ok(accepted(0, 0)), "a batch may be empty");
    assert_eq!(numbers(&*store, Collection::AnalyticsEvents).await, [1, 5, 3]);
}

pub(super) async fn the_same_batch_three_times_at_once_counts_once(place: &dyn Place) {
    let store = place.open();
    let sent = batch(session("a"), [event(1, 1, "form_start", "contact"), event(2, 2, "form_submit", "contact")]);
    let (first, second, third) =
        tokio::join!(store.append(sent.clone()), store.append(sent.clone()), store.append(sent.clone()));
    let answers = [first.unwrap(), second.unwrap(), third.unwrap()];
    assert_eq!(answers.iter().map(|answer| answer.accepted).sum::<usize>(), 2, "{answers:?}");
    assert_eq!(answers.iter().map(|answer| answer.duplicates).sum::<usize>(), 4, "{answers:?}");
    assert_eq!(numbers(&*store, Collection::AnalyticsEvents).await, [1, 2]);
    assert_eq!(
        counted(&*store).await,
        ["1 form:contact.form_start 1", "1 form:contact.won 1", "2 form:contact.form_submit 1"]
    );
}

pub(super) async fn the_same_events_regrouped_into_other_batches_count_once(place: &dyn Place) {
    let store = place.open();
    let story = |n: u64| event(n, 1 + n.cast_signed() / 4, in_turn(n), "contact");
    for events in [0..8, 0..3, 2..9, 8..12, 0..12] {
        store.append(batch(session("a"), events.map(story))).await.unwrap();
    }
    assert_eq!(numbers(&*store, Collection::AnalyticsEvents).await, (0..12).collect::<Vec<_>>());
    assert_eq!(
        counted(&*store).await,
        [
            "1 form:contact.form_start 2",
            "1 form:contact.form_submit 2",
            "1 form:contact.won 2",
            "2 form:contact.form_start 2",
            "2 form:contact.form_submit 2",
            "2 form:contact.won 2",
            "3 form:contact.form_start 2",
            "3 form:contact.form_submit 2",
            "3 form:contact.won 2",
        ]
    );
}

pub(super) async fn of_a_batch_that_is_partly_there_the_rest_is_taken(place: &dyn Place) {
    let store = place.open();
    store.append(batch(session("a"), [event(2, 1, "form_start", "contact")])).await.unwrap();
    let twice_in_one = [event(1, 0, "form_start", "contact"), event(2, 1, "form_start", "contact")];
    let twice_in_one = twice_in_one.into_iter().chain([event(1, 5, "form_submit", "contact")]);
    assert_eq!(store.append(batch(session("a"), twice_in_one)).await, Ok(accepted(1, 2)));
    assert_eq!(counted(&*store).await, ["0 form:contact.form_start 1"]);
}

pub(super) async fn an_id_is_one_events_or_one_errors(place: &dyn Place) {
    let store = place.open();
    let with_errors = |events: &[u64], errors: &[u64]| {
        let events = events.iter().map(|n| event(*n, 1, "page_view", ""));
        Batch { errors: errors.iter().map(|n| error(*n)).collect(), ..batch(session("a"), events) }
    };
    assert_eq!(store.append(with_errors(&[1], &[2])).await, Ok(accepted(2, 0)));
    assert_eq!(store.append(with_errors(&[2], &[1, 3])).await, Ok(accepted(1, 2)));
    assert_eq!(store.append(with_errors(&[4], &[4])).await, Ok(accepted(1, 1)));
    assert_eq!(numbers(&*store, Collection::AnalyticsEvents).await, [1, 4]);
    assert_eq!(store.append(with_errors(&[], &[5])).await, Ok(accepted(1, 0)), "errors may come alone");
    assert_eq!(numbers(&*store, Collection::ErrorLogs).await, [2, 3, 5]);
}

/// A passage with everything in it: left, come back to, won, and begun again.
const STORY: [(i64, &str); 7] = [
    (0, "page_view_signup"),
    (2, "signup_form_start"),
    (3, "form_abandon"),
    (5, "signup_form_start"),
    (6, "signup_form_submit"),
    (6, "signup_success"),
    (8, "signup_form_start"),
];

pub(super) async fn counters_are_the_same_in_whatever_order_events_come(place: &dyn Place) {
    let store = place.open();
    let told = |session_name: &str, offset: u64, order: &[usize]| -> Vec<Batch> {
        let events = order.iter().map(|place| {
            let (minute, kind) = STORY[*place];
            event(offset + *place as u64, minute, kind, "signup_client")
        });
        events.map(|event| batch(session(session_name), [event])).collect()
    };
    for sent in told("forwards", 100, &[0, 1, 2, 3, 4, 5, 6]) {
        store.append(sent).await.unwrap();
    }
    let once = counted(&*store).await;
    assert_eq!(
        once,
        [
            "0 signup_client.page_view_signup 1",
            "2 signup_client.signup_form_start 1",
            "2 signup_client.won 1",
            "6 signup_client.signup_form_submit 1",
            "6 signup_client.signup_success 1",
            "8 signup_client.page_view_signup 1",
            "8 signup_client.signup_form_start 1",
        ]
    );
    for sent in told("backwards", 200, &[6, 5, 4, 3, 2, 1, 0]) {
        store.append(sent).await.unwrap();
    }
    for sent in told("mixed", 300, &[5, 2, 6, 0, 4, 1, 3]) {
        store.append(sent).await.unwrap();
    }
    let thrice: Vec<String> = once.iter().map(|line| format!("{}3", line.strip_suffix('1').unwrap())).collect();
    assert_eq!(counted(&*store).await, thrice);
}

pub(super) async fn a_late_step_moves_its_minute(place: &dyn Place) {
    let store = place.open();
    let keys = ["signup_client.signup_form_start", "signup_client.won", "signup_client.abandoned"];
    store.append(batch(session("a"), [event(3, 6, "signup_form_submit", "")])).await.unwrap();
    assert_eq!(
        counters(&*store, &keys).await,
        ["6 signup_client.signup_form_start 1", "6 signup_client.won 1"],
        "a step implies the ones before it"
    );
    store.append(batch(session("a"), [event(1, 2, "signup_form_start", "")])).await.unwrap();
    assert_eq!(counters(&*store, &keys).await, ["2 signup_client.signup_form_start 1", "2 signup_client.won 1"]);
    store.append(batch(session("b"), [event(4, 2, "signup_form_start", "")])).await.unwrap();
    store.append(batch(session("b"), [event(5, 3, "form_abandon", "signup_client")])).await.unwrap();
    assert_eq!(
        counters(&*store, &keys).await,
        ["2 signup_client.abandoned 1", "2 signup_client.signup_form_start 2", "2 signup_client.won 1"]
    );
    store.append(batch(session("b"), [event(6, 9, "signup_success", "")])).await.unwrap();
    assert_eq!(
        counters(&*store, &keys).await,
        ["2 signup_client.signup_form_start 2", "2 signup_client.won 2"],
        "a late success turns a loss into a win"
    );
}

pub(super) async fn only_people_move_counters(place: &dyn Place) {
    let store = place.open();
    for (n, traffic) in [(1, Traffic::Bot), (2, Traffic::Staff), (3, Traffic::Synthetic)] {
        let robot = Context { traffic: Some(traffic), ..session("robot") };
        store.append(batch(robot, [event(n, 1, "form_start", "contact")])).await.unwrap();
    }
    assert!(counted(&*store).await.is_empty());
    let provider = Context { traffic: Some(Traffic::Human), user_role: Some(Role::Provider), ..session("person") };
    let mixed = Batch {
        contexts: vec![Context { traffic: Some(Traffic::Bot), ..session("person") }, provider],
        events: vec![
            event(4, 1, "signup_form_start", ""),
            vigie_domain::event::Event { context: 1, ..event(5, 2, "signup_form_start", "") },
        ],
        ..batch(session("person"), [])
    };
    store.append(mixed).await.unwrap();
    assert_eq!(
        counted(&*store).await,
        ["2 signup_provider.page_view_signup 1", "2 signup_provider.signup_form_start 1"]
    );
}

pub(super) async fn a_robots_thousand_steps_count_as_its_first(place: &dyn Place) {
    let store = place.open();
    // The latest come first, so that each batch pushes out what the one before it brought.
    for hundred in (0..6).rev() {
        let events =
            (hundred * 100..(hundred + 1) * 100).map(|n| event(n, (n / 20).cast_signed(), in_turn(n), "contact"));
        store.append(batch(session("robot"), events)).await.unwrap();
    }
    let sent: u64 = counters(&*store, &["form:contact.form_submit"])
        .await
        .iter()
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(sent, 128, "of the first 256 steps");
}

pub(super) async fn the_fifty_first_form_is_counted_as_other(place: &dyn Place) {
    let store = place.open();
    // A form keeps its name by when its first step comes, not by when it counts.
    store.append(batch(session("a"), [event(999, 2, "form_abandon", "early")])).await.unwrap();
    for n in 0..60 {
        let form = format!("form_{n:02}");
        store.append(batch(session("a"), [event(n, 1, "form_start", &form)])).await.unwrap();
    }
    store.append(batch(session("a"), [event(998, 1, "form_start", "early")])).await.unwrap();
    drop(store);
    let store = place.open();
    store.append(batch(session("b"), [event(997, 1, "form_start", "form_58")])).await.unwrap();
    store.append(batch(session("b"), [event(996, 1, "form_start", "form_03")])).await.unwrap();
    let lines = counted(&*store).await;
    assert_eq!(lines.len(), 52, "{lines:?}");
    for expected in [
        "1 form:early.abandoned 1",
        "1 form:form_03.form_start 2",
        "1 form:form_48.form_start 1",
        "1 form:other.form_start 12",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not in {lines:?}");
    }
}

pub(super) async fn a_batch_that_cannot_be_stored_fails_alone(place: &dyn Place) {
    let store = place.open();
    let good = |n: u64| batch(session(&format!("s{n}")), [full_event(n), event(n + 100, 1, "form_start", "contact")]);
    let bad = Batch { contexts: Vec::new(), ..batch(session("bad"), [event(50, 1, "form_start", "contact")]) };
    let half_bad = Batch {
        events: vec![
            event(51, 1, "form_start", "never"),
            vigie_domain::event::Event { context: 7, ..event(52, 1, "form_start", "never") },
        ],
        ..batch(session("new"), [])
    };
    let (one, two, three, four, five) = tokio::join!(
        store.append(good(1)),
        store.append(bad),
        store.append(good(2)),
        store.append(half_bad),
        store.append(good(3))
    );
    assert_eq!([one, three, five], [Ok(accepted(2, 0)), Ok(accepted(2, 0)), Ok(accepted(2, 0))]);
    assert!(two.is_err() && four.is_err());
    assert_eq!(numbers(&*store, Collection::AnalyticsEvents).await, [1, 101, 2, 102, 3, 103]);
    assert_eq!(counted(&*store).await, ["1 form:contact.form_start 3"]);
    assert_eq!(store.append(batch(session("new"), [event(51, 1, "page_view", "")])).await, Ok(accepted(1, 0)));
}
