//! Checks whose alerts stand in `functional_alerts`: funnels, forms, tracking, availability.

pub mod signup_form_drop_off;
