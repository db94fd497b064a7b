//! Which forms a visitor has begun and not sent, so that leaving the page can say so.
//!
//! A checkout counts as sent once a payment was attempted: going to the gateway's own page is no abandonment. Surprising: a
//! checkout begins before its payment method is known, and its name changes with the method.

use std::sync::Arc;

use vigie_protocol::form_name::{BOOKING, PAYMENT_PREFIX, SIGNUP_CLIENT};
use vigie_protocol::{Column, EventType};

use crate::context::Context;
use crate::said::Said;

/// The forms that are open on this page.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenForms(Vec<OpenForm>);

/// A form that was begun and not sent.
#[derive(Clone, Debug)]
pub(crate) struct OpenForm {
    pub(crate) name: String,
    /// Who began it, and where: a session that ends meanwhile is still the one that gave the form up.
    pub(crate) context: Arc<Context>,
    /// The last field that had an error; empty if none had.
    pub(crate) failed_field: String,
}

impl OpenForms {
    /// Takes note of what an event means for the forms of the page.
    pub(crate) fn notice(&mut self, said: &Said<'_>, context: &Arc<Context>) {
        let named = said.text(Column::FormName);
        let signup = if named.is_empty() { SIGNUP_CLIENT } else { named };
        // Asked one by one: a look-up among all event types would bring all their names into the page.
        if said.is(EventType::SignupFormStart) {
            self.begin(signup, context);
        } else if said.is(EventType::FormStart) {
            self.begin(named, context);
        } else if said.is(EventType::CheckoutStart) || said.is(EventType::PaymentMethodSelected) {
            self.begin_checkout(named, context);
        } else if said.is(EventType::SignupFormSubmit) || said.is(EventType::SignupSuccess) {
            self.end(signup);
        } else if said.is(EventType::BookingStart) || said.is(EventType::BookingComplete) {
            self.end(BOOKING);
        } else if said.is(EventType::PaymentAttempt) || said.is(EventType::PaymentSuccess) {
            self.end(PAYMENT_PREFIX);
        } else if said.is(EventType::FormSubmit) && said.text(Column::Metadata) != REFUSED {
            self.end(named);
        } else if let Some(form) = self.0.iter_mut().find(|form| form.name == named) {
            let failed = said.text(Column::FieldName); // only errors name a field
            if !failed.is_empty() {
                form.failed_field = failed.into();
            }
        }
    }

    /// The page is left: what is still open was abandoned.
    pub(crate) fn abandon(&mut self) -> Vec<OpenForm> {
        std::mem::take(&mut self.0)
    }

    fn begin(&mut self, name: &str, context: &Arc<Context>) {
        if !name.is_empty() && !self.0.iter().any(|form| form.name == name) {
            self.0.push(OpenForm { name: name.into(), context: context.clone(), failed_field: String::new() });
        }
    }

    fn begin_checkout(&mut self, named: &str, context: &Arc<Context>) {
        let name = if named.is_empty() { METHOD_UNKNOWN } else { named };
        match self.0.iter_mut().find(|form| form.name.starts_with(PAYMENT_PREFIX)) {
            None => self.begin(name, context),
            Some(_) if named.is_empty() => {}
            Some(form) => form.name = name.into(),
        }
    }

    /// Ends a form; by [`PAYMENT_PREFIX`] every checkout.
    fn end(&mut self, name: &str) {
        self.0.retain(|form| form.name != name && !(name == PAYMENT_PREFIX && form.name.starts_with(name)));
    }
}

/// A checkout that was left before a method was chosen.
const METHOD_UNKNOWN: &str = "payment_unknown";

/// The metadata of `trackFormSubmit(form, false)`: the attempt was refused, and the form is still open.
const REFUSED: &str = r#"{"success":false}"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Call;
    use crate::funnel;
    use crate::time::Timestamp;

    /// What is abandoned after these calls: form and field.
    fn abandoned(calls: &[Call]) -> Vec<(String, String)> {
        let (mut forms, context) = (OpenForms::default(), Arc::new(Context::of_session("s")));
        calls.iter().for_each(|call| forms.notice(&Said::of(call, Timestamp(0)), &context));
        forms.abandon().into_iter().map(|form| (form.name, form.failed_field)).collect()
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
