//! Texts
use crate::alert::{Alert, Transition};
use crate::notification::{Audience, Message};
pub struct Texts;
impl Texts { pub fn message(&self, _t: Transition, _a: &Alert, _au: &Audience) -> Message { unimplemented!() } }
