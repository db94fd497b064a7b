//! Which forms a visitor has begun and not sent, so that leaving the page can say so.
//!
//! A checkout counts as sent once a payment was attempted: going to the gateway's own page is no abandonment. Surprising: a
//! checkout begins before its payment method is known, and its name changes with the method.

use std::sync::Arc;

use vigie_protocol::form_name::{BOOKING, PAYMENT_PREFIX, SIGNUP_CLIENT};
use vigie_protocol::{Column, EventType};

use crate::call::Call;
use crate::context::Context;

/// The forms that are open on this page.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenForms(Vec<OpenForm>);

#[derive(Clone, Debug)]
struct OpenForm {
    name: String,
    /// Who began it, and where: a session that ends meanwhile is still the one that gave the form up.
    context: Arc<Context>,
    /// The last field that had an error; empty if none had.
    failed_field: String,
}

impl OpenForms {
    /// Takes note of what an event means for the forms of the page.
    pub(crate) fn notice(&mut self, call: &Call, context: &Arc<Context>) {
        let known = EventType::ALL.iter().find(|one| one.as_str() == call.event_type);
        let Some(event_type) = known else { return };
        let named = call.column(Column::FormName);
        match event_type {
            EventType::SignupFormStart => self.begin(named.unwrap_or(SIGNUP_CLIENT), context),
            EventType::SignupFormSubmit | EventType::SignupSuccess => self.end(named.unwrap_or(SIGNUP_CLIENT)),
            EventType::BookingStart | EventType::BookingComplete => self.end(named.unwrap_or(BOOKING)),
            EventType::CheckoutStart | EventType::PaymentMethodSelected => self.begin_checkout(named, context),
            EventType::PaymentAttempt | EventType::PaymentSuccess => {
                self.0.retain(|form| !form.name.starts_with(PAYMENT_PREFIX));
            }
            EventType::FormStart => self.begin(named.unwrap_or_default(), context),
            EventType::FormSubmit if !is_refused(call) => self.end(named.unwrap_or_default()),
            EventType::FormError | EventType::SignupError => {
                let form = self.0.iter_mut().find(|form| Some(form.name.as_str()) == named);
                if let (Some(form), Some(field)) = (form, call.column(Column::FieldName)) {
                    form.failed_field = field.into();
                }
            }
            _ => {}
        }
    }

    /// The page is left: what is still open was abandoned, each form once.
    pub(crate) fn abandon(&mut self) -> Vec<(Call, Arc<Context>)> {
        let told = |form: OpenForm| {
            let call = Call::new(EventType::FormAbandon)
                .with(Column::FormName, form.name)
                .with(Column::FieldName, form.failed_field);
            (call, form.context)
        };
        self.0.drain(..).map(told).collect()
    }

    fn begin(&mut self, name: &str, context: &Arc<Context>) {
        if !name.is_empty() && !self.0.iter().any(|form| form.name == name) {
            self.0.push(OpenForm { name: name.into(), context: context.clone(), failed_field: String::new() });
        }
    }

    fn begin_checkout(&mut self, named: Option<&str>, context: &Arc<Context>) {
        match self.0.iter_mut().find(|form| form.name.starts_with(PAYMENT_PREFIX)) {
            Some(form) => {
                if let Some(name) = named {
                    form.name = name.into();
                }
            }
            None => self.begin(named.unwrap_or(METHOD_UNKNOWN), context),
        }
    }

    fn end(&mut self, name: &str) {
        self.0.retain(|form| form.name != name);
    }
}

/// A checkout that was left before a method was chosen.
const METHOD_UNKNOWN: &str = "payment_unknown";

/// `trackFormSubmit(form, false)`: the attempt was refused, and the form is still open.
fn is_refused(call: &Call) -> bool {
    call.column(Column::Metadata) == Some(r#"{"success":false}"#)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::funnel;

    /// What is abandoned after these calls: form and field.
    fn abandoned(calls: &[Call]) -> Vec<(String, String)> {
        let (mut forms, context) = (OpenForms::default(), Arc::new(Context::of_session("s")));
        calls.iter().for_each(|call| forms.notice(call, &context));
        let text = |call: &Call, column| call.column(column).unwrap_or_default().to_owned();
        forms.abandon().iter().map(|(call, _)| (text(call, Column::FormName), text(call, Column::FieldName))).collect()
    }

    fn pair(form: &str, field: &str) -> Vec<(String, String)> {
        vec![(form.into(), field.into())]
    }

    #[test]
    fn a_form_that_was_begun_and_not_sent_is_abandoned_with_its_last_failing_field() {
        let error = |field| funnel::form_error("signup_client", field, "invalid", "");
        let start = funnel::signup_form_start("client");
        assert_eq!(abandoned(std::slice::from_ref(&start)), pair("signup_client", ""));
        assert_eq!(abandoned(&[start.clone(), error("email"), error("phone")]), pair("signup_client", "phone"));
        assert_eq!(abandoned(&[start.clone(), start.clone(), start.clone()]), pair("signup_client", ""));
        assert_eq!(abandoned(&[start.clone(), funnel::signup_form_submit("client")]), []);
        assert_eq!(abandoned(&[start, funnel::signup_success("u1", "client")]), []);
        assert_eq!(abandoned(&[error("email")]), [], "an error alone begins nothing");
    }

    #[test]
    fn a_refused_attempt_leaves_the_form_open() {
        let start = funnel::form_start("contact");
        assert_eq!(abandoned(&[start.clone(), funnel::form_submit("contact", false)]), pair("contact", ""));
        assert_eq!(abandoned(&[start, funnel::form_submit("contact", true)]), []);
    }

    #[test]
    fn a_checkout_is_abandoned_until_a_payment_is_attempted_and_bears_its_method() {
        let start = funnel::checkout_start(50.0, "EUR");
        let method = funnel::payment_method_selected("paypal");
        assert_eq!(abandoned(std::slice::from_ref(&start)), pair("payment_unknown", ""));
        assert_eq!(abandoned(&[start.clone(), method.clone()]), pair("payment_paypal", ""));
        assert_eq!(abandoned(&[start, method, funnel::payment_attempt("p1", 50.0, "EUR", "paypal")]), []);
    }
}
