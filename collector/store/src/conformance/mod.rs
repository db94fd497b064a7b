//! What every store is held to: one suite of facts, and random histories that must leave a store and the naive model with
//! the same answers.
//!
//! Time is an argument throughout; nothing here waits. A store's own tests call [`suite`] and [`history::play`].

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests that other crates run")]

mod appending;
mod changing;
mod exporting;
mod given;
pub mod history;
mod same;
mod telling;
mod waking;

use std::pin::Pin;
use std::sync::Arc;

use crate::Store;
use crate::model::Model;

/// Where a store keeps its data. Opened again, it finds what was there; the one before is dropped by then.
pub trait Place {
    fn open(&self) -> Arc<dyn Store>;
}

impl Place for Model {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.reopened())
    }
}

type Fact = for<'p> fn(&'p dyn Place) -> Pin<Box<dyn Future<Output = ()> + 'p>>;

/// Lists facts under their names.
macro_rules! facts {
    ($($room:ident::$fact:ident,)*) => {
        &[$((stringify!($fact), |place| Box::pin($room::$fact(place)))),*]
    };
}

const FACTS: &[(&str, Fact)] = facts![
    appending::what_was_appended_stands_once_and_in_order,
    appending::the_same_batch_three_times_at_once_counts_once,
    appending::the_same_events_regrouped_into_other_batches_count_once,
    appending::of_a_batch_that_is_partly_there_the_rest_is_taken,
    appending::an_id_is_one_events_or_one_errors,
    appending::counters_are_the_same_in_whatever_order_events_come,
    appending::a_late_step_moves_its_minute,
    appending::only_people_move_counters,
    appending::a_robots_thousand_steps_count_as_its_first,
    appending::the_fifty_first_form_is_counted_as_other,
    appending::a_batch_that_cannot_be_stored_fails_alone,
    waking::checks_are_planned_once_and_forgotten_when_they_are_gone,
    waking::a_step_wakes_the_checks_that_it_concerns,
    waking::a_claim_that_is_not_finished_comes_back,
    waking::a_wake_during_a_claim_is_not_lost,
    waking::a_check_is_judged_at_most_once_a_second,
    waking::a_clock_that_was_set_back_silences_nobody,
    waking::the_longest_due_come_first,
    changing::a_change_is_applied_once_for_each_version,
    changing::who_was_overtaken_changes_nothing,
    changing::an_alert_stands_in_its_own_collection_and_in_the_systems,
    changing::alerts_are_listed_newest_first,
    changing::a_change_can_wake_a_check,
    telling::a_message_is_kept_once_for_its_key,
    telling::a_message_that_is_not_settled_comes_back,
    telling::a_sent_message_marks_its_alert_and_stays_sent,
    telling::a_message_that_is_tried_later_waits_until_then,
    telling::what_is_told_of_one_alert_is_told_in_order,
    exporting::pages_join_to_the_whole,
    exporting::since_leaves_out_what_is_older,
    exporting::every_field_comes_back_as_it_was,
    exporting::the_last_thousand_refused_are_kept,
    exporting::what_is_refused_again_is_kept_once,
    exporting::a_lost_report_counts_once,
    exporting::what_stood_stands_after_opening_again,
    exporting::a_closed_store_says_so,
];

/// Holds a store to every fact, each in a place of its own.
pub async fn suite<P: Place>(new_place: impl Fn() -> P) {
    for (name, fact) in FACTS {
        println!("{name}"); // the last one printed is the one that failed
        fact(&new_place()).await;
    }
}
