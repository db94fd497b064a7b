//! What a visitor's steps count, in whatever order they come.

use super::*;

fn counts(story: &[(i64, Reached)]) -> Vec<String> {
    let mut marks = Marks::default();
    for (index, (minute, reached)) in story.iter().enumerate() {
        let at = Timestamp(minute * 60_000);
        marks.insert(Mark { at, id: Id([u8::try_from(index).unwrap(); 16]), reached: *reached });
    }
    let mut deltas = Deltas::default();
    marks.move_counters(
        &Marks::default(),
        &Funnel::SignupClient,
        &mut deltas,
        &mut Dimension::default(),
        &mut Vec::new(),
    );
    deltas
        .iter()
        .map(|(minute, key, by)| format!("{} {} {by}", minute.0, key.0.trim_start_matches("signup_client.")))
        .collect()
}

const VIEW: Reached = Reached::Step(0);
const START: Reached = Reached::Step(1);
const SUBMIT: Reached = Reached::Step(2);
const SUCCESS: Reached = Reached::Step(3);
const LEFT: Reached = Reached::Abandoned;

#[test]
fn a_step_counts_once_a_passage_and_an_outcome_at_the_minute_of_the_start() {
    for (story, expected) in [
        (vec![(1, VIEW), (2, VIEW)], vec!["1 page_view_signup 1"]), // a reload moves no rate
        (vec![(1, VIEW), (2, START)], vec!["1 page_view_signup 1", "2 signup_form_start 1"]),
        (vec![(1, START), (5, LEFT)], vec!["1 abandoned 1", "1 page_view_signup 1", "1 signup_form_start 1"]),
        (
            vec![(1, START), (5, LEFT), (9, SUBMIT)], // who comes back and sends was not lost
            vec!["1 page_view_signup 1", "1 signup_form_start 1", "1 won 1", "9 signup_form_submit 1"],
        ),
        (vec![(5, LEFT)], vec![]), // without its start there is nothing to lose
        (vec![(5, LEFT), (6, START)], vec!["6 page_view_signup 1", "6 signup_form_start 1"]), // nor with one to come
        (
            vec![(1, SUCCESS), (2, START)], // what follows a success is a passage of its own
            vec![
                "1 page_view_signup 1",
                "1 signup_form_start 1",
                "1 signup_form_submit 1",
                "1 signup_success 1",
                "1 won 1",
                "2 page_view_signup 1",
                "2 signup_form_start 1",
            ],
        ),
    ] {
        assert_eq!(counts(&story), expected, "{story:?}");
    }
}

#[test]
fn a_session_counts_its_earliest_marks_in_whatever_order_they_come() {
    let mark = |n: u16| Mark { at: Timestamp(i64::from(n)), id: Id([0; 16]), reached: START };
    let (mut rising, mut falling) = (Marks::default(), Marks::default());
    for n in 0..1_000 {
        rising.insert(mark(n));
        falling.insert(mark(999 - n));
    }
    assert_eq!(rising, falling);
    assert_eq!(rising.0.len(), MARKS_MAX);
    assert_eq!(Marks::from_bytes(&rising.to_bytes()), rising);
}

proptest::proptest! {
    #[test]
    fn the_order_of_arrival_never_matters(
        story in proptest::collection::vec((0..20i64, 0..5u8), 0..30),
        turns in proptest::collection::vec(0..30usize, 30),
    ) {
        let marks: Vec<Mark> = story.iter().enumerate().map(|(index, (minute, step))| Mark {
            at: Timestamp(minute * 60_000),
            id: Id([u8::try_from(index).unwrap(); 16]),
            reached: if *step == 4 { Reached::Abandoned } else { Reached::Step(*step) },
        }).collect();
        let mut shuffled = marks.clone();
        for (index, turn) in turns.iter().enumerate() {
            if index < shuffled.len() {
                let other = turn % shuffled.len();
                shuffled.swap(index, other);
            }
        }
        // One at a time, as if each came in a batch of its own, against all at once.
        let (mut one_by_one, mut deltas) = (Marks::default(), Deltas::default());
        let (mut forms, mut admitted) = (Dimension::default(), Vec::new());
        for mark in shuffled {
            let before = one_by_one.clone();
            one_by_one.insert(mark);
            one_by_one.move_counters(&before, &Funnel::Checkout, &mut deltas, &mut forms, &mut admitted);
        }
        let (mut at_once, mut expected) = (Marks::default(), Deltas::default());
        for mark in marks {
            at_once.insert(mark);
        }
        at_once.move_counters(&Marks::default(), &Funnel::Checkout, &mut expected, &mut forms, &mut admitted);
        proptest::prop_assert_eq!(deltas, expected);
    }
}
