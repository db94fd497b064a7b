//! Facts about what is due: woken in the append, claimed by one, never lost.

use super::Place;
use super::given::{OTHER_CHECK, SIGNUP_CHECK, at, batch, event, ms, session};
use crate::{CLAIM_FOR, Change, Claim, JUDGE_EVERY, Store};
use vigie_domain::event::Batch;
use vigie_domain::time::{Span, Timestamp};

/// A start of the sign-up, received at a moment.
fn start(number: u64, received_at: Timestamp) -> Batch {
    Batch { received_at, ..batch(session("a"), [event(number, number.cast_signed(), "signup_success", "")]) }
}

async fn claimed(store: &dyn Store, now: Timestamp) -> Vec<String> {
    store.claim_due(now, 10).await.unwrap().into_iter().map(|claim| claim.check_id).collect()
}

async fn claim(store: &dyn Store, now: Timestamp) -> Claim {
    store.claim_due(now, 1).await.unwrap().pop().expect("something is due")
}

async fn finish(store: &dyn Store, claim: Claim, next: Timestamp) {
    store.apply(Change { finished: Some((claim, next)), ..Change::default() }).await.unwrap();
}

pub(super) async fn checks_are_planned_once_and_forgotten_when_they_are_gone(place: &dyn Place) {
    let store = place.open();
    assert_eq!(store.next_due().await, Ok(None));
    store.plan(&[SIGNUP_CHECK, OTHER_CHECK], at(1)).await.unwrap();
    assert_eq!(store.next_due().await, Ok(Some(at(1))));
    assert_eq!(claimed(&*store, at(1) - ms(1)).await, [""; 0]);
    let mut due = claimed(&*store, at(1)).await;
    due.sort();
    assert_eq!(due, [OTHER_CHECK, SIGNUP_CHECK]);
    store.plan(&[SIGNUP_CHECK], at(2)).await.unwrap();
    assert_eq!(store.next_due().await, Ok(Some(at(1) + CLAIM_FOR)), "what is planned stays as it is");
    assert_eq!(claimed(&*store, at(60)).await, [SIGNUP_CHECK]);
}

pub(super) async fn a_step_wakes_the_checks_that_it_concerns(place: &dyn Place) {
    let store = place.open();
    let woke = |batch| async { store.append(batch).await.unwrap().woke };
    assert!(!woke(start(1, at(1))).await, "what is not planned is not woken");
    store.plan(&[SIGNUP_CHECK, OTHER_CHECK], at(1)).await.unwrap();
    for claim in store.claim_due(at(1), 10).await.unwrap() {
        finish(&*store, claim, at(600)).await;
    }
    assert!(!woke(batch(session("a"), [event(2, 1, "checkout_start", "")])).await, "concerns no check");
    assert!(!woke(start(1, at(5))).await, "a duplicate moves nothing");
    assert_eq!(store.next_due().await, Ok(Some(at(600))));
    assert!(woke(start(3, at(5))).await);
    assert_eq!(store.next_due().await, Ok(Some(at(5))));
    assert!(woke(start(4, at(4))).await);
    assert!(woke(start(5, at(6))).await);
    assert_eq!(store.next_due().await, Ok(Some(at(4))), "the earliest wins");
    assert_eq!(claimed(&*store, at(6)).await, [SIGNUP_CHECK]);
}

pub(super) async fn a_claim_that_is_not_finished_comes_back(place: &dyn Place) {
    let store = place.open();
    store.plan(&[SIGNUP_CHECK], at(1)).await.unwrap();
    let first = claim(&*store, at(1)).await;
    assert_eq!(claimed(&*store, at(1)).await, [""; 0], "taken");
    assert_eq!(store.next_due().await, Ok(Some(at(1) + CLAIM_FOR)));
    drop(store); // the collector dies
    let store = place.open();
    assert_eq!(claimed(&*store, at(1) + CLAIM_FOR - ms(1)).await, [""; 0]);
    let second = claim(&*store, at(1) + CLAIM_FOR).await;
    assert_eq!(second, first, "nothing woke it meanwhile");
    finish(&*store, second, at(9)).await;
    assert_eq!(store.next_due().await, Ok(Some(at(9))));
    assert_eq!(claimed(&*store, at(8)).await, [""; 0]);
    assert_eq!(claimed(&*store, at(9)).await, [SIGNUP_CHECK]);
}

pub(super) async fn a_wake_during_a_claim_is_not_lost(place: &dyn Place) {
    let store = place.open();
    store.plan(&[SIGNUP_CHECK], at(1)).await.unwrap();
    let taken = claim(&*store, at(1)).await;
    let woken_at = at(1) + Span::seconds(5);
    store.append(start(1, woken_at)).await.unwrap();
    finish(&*store, taken.clone(), at(600)).await;
    assert_eq!(store.next_due().await, Ok(Some(woken_at)), "it saw nothing of what came since");
    let again = claim(&*store, woken_at).await;
    assert_ne!(again.generation, taken.generation);
    finish(&*store, taken, at(700)).await;
    assert_eq!(store.next_due().await, Ok(Some(woken_at + CLAIM_FOR)), "an old claim finishes nothing");
    finish(&*store, again, at(600)).await;
    assert_eq!(store.next_due().await, Ok(Some(at(600))));
}

pub(super) async fn a_check_is_judged_at_most_once_a_second(place: &dyn Place) {
    let store = place.open();
    store.plan(&[SIGNUP_CHECK], at(1)).await.unwrap();
    let taken = claim(&*store, at(1)).await;
    store.append(start(1, at(1) + ms(1))).await.unwrap();
    assert_eq!(claimed(&*store, at(1) + ms(2)).await, [""; 0], "not while it is being judged");
    finish(&*store, taken, at(600)).await;
    assert_eq!(store.next_due().await, Ok(Some(at(1) + JUDGE_EVERY)));
    let taken = claim(&*store, at(1) + JUDGE_EVERY).await;
    finish(&*store, taken, at(1) + JUDGE_EVERY + ms(3)).await;
    assert_eq!(store.next_due().await, Ok(Some(at(1) + JUDGE_EVERY + JUDGE_EVERY)), "nor by its own plan");
}

pub(super) async fn a_clock_that_was_set_back_silences_nobody(place: &dyn Place) {
    let store = place.open();
    store.plan(&[SIGNUP_CHECK], at(1)).await.unwrap();
    let taken = claim(&*store, at(100)).await;
    store.append(start(1, at(2))).await.unwrap();
    assert_eq!(store.next_due().await, Ok(Some(at(2))), "98 minutes before its claim");
    finish(&*store, taken, at(600)).await;
    assert_eq!(store.next_due().await, Ok(Some(at(2))));
}

pub(super) async fn the_longest_due_come_first(place: &dyn Place) {
    let store = place.open();
    store.plan(&["c"], at(1)).await.unwrap();
    store.plan(&["a", "c"], at(3)).await.unwrap();
    store.plan(&["a", "b", "c"], at(2)).await.unwrap();
    let claims = store.claim_due(at(9), 2).await.unwrap();
    assert_eq!(claims.iter().map(|claim| &*claim.check_id).collect::<Vec<_>>(), ["c", "b"]);
    assert_eq!(claimed(&*store, at(9)).await, ["a"]);
}
