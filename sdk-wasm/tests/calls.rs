//! `npm/test/calls.json` says what each function of the browser API records. The visitor without a browser says the same;
//! `npm/test/calls.test.ts` holds the page to it.

use serde_json::Value;
use vigie_sdk::{Action, Call, Context, Core, Input, Now, Settings, funnel};

const CALLS: &str = include_str!("../../npm/test/calls.json");

#[test]
fn a_visitor_without_a_browser_says_what_a_page_says() {
    let calls: Vec<Value> = serde_json::from_str(CALLS).unwrap();
    assert!(calls.len() >= 20);
    for listed in calls {
        let call = call(listed["call"].as_str().unwrap(), &listed["arguments"]);
        let mut visitor = Core::new(&Settings::default(), 1);
        visitor.set_context(Context::of_session("s"));
        visitor.track(call, Now::at(1_000)).unwrap();
        visitor.handle(Input::Flush, Now::at(1_000));
        let Some(Action::Send { body, .. }) = visitor.poll_action() else { panic!("a flush sends") };
        let batch: Value = serde_json::from_str(&body).unwrap();
        for (column, expected) in listed["event"].as_object().unwrap() {
            // What a single event says of its context stands on the batch.
            let said = batch["events"][0].get(column).or_else(|| batch.get(column));
            let same = said
                .is_some_and(|said| said == expected || said.as_f64().is_some_and(|n| Some(n) == expected.as_f64()));
            assert!(same, "{}: {column} is {said:?}, not {expected}", listed["call"]);
        }
    }
}

fn call(name: &str, arguments: &Value) -> Call {
    let text = |place: usize| arguments[place].as_str().unwrap_or_default();
    let number = |place: usize| arguments[place].as_f64().unwrap_or_default();
    match name {
        "signupFunnelTracking.pageView" => funnel::signup_page_view(text(0)),
        "signupFunnelTracking.formStart" => funnel::signup_form_start(text(0)),
        "signupFunnelTracking.formSubmit" => funnel::signup_form_submit(text(0)),
        "signupFunnelTracking.success" => funnel::signup_success(text(0), text(1)),
        "signupFunnelTracking.error" => funnel::signup_error(text(0), text(1), text(2)),
        "bookingFunnelTracking.search" => funnel::provider_search(&arguments[0].to_string()),
        "bookingFunnelTracking.providerView" => funnel::provider_view(text(0)),
        "bookingFunnelTracking.start" => funnel::booking_start(text(0), number(1), text(2)),
        "bookingFunnelTracking.complete" => funnel::booking_complete(text(0), text(1), number(2), text(3)),
        "bookingFunnelTracking.error" => funnel::booking_error(text(0), text(1), text(2)),
        "paymentFunnelTracking.checkoutStart" => funnel::checkout_start(number(0), text(1)),
        "paymentFunnelTracking.methodSelected" => funnel::payment_method_selected(text(0)),
        "paymentFunnelTracking.attempt" => funnel::payment_attempt(text(0), number(1), text(2), text(3)),
        "paymentFunnelTracking.success" => funnel::payment_success(text(0), number(1), text(2), text(3)),
        "paymentFunnelTracking.error" => funnel::payment_error(text(0), text(1), text(2)),
        "trackFormStart" => funnel::form_start(text(0)),
        "trackFormSubmit" => funnel::form_submit(text(0), arguments[1].as_bool().unwrap_or(true)),
        "trackGenericFormError" => funnel::form_error(text(0), text(1), text(2), text(3)),
        "trackPageView" => funnel::page_view(text(0)),
        _ => Call::custom("a name that this test does not know"),
    }
}
