//! One call as the core reads it: texts that somebody else keeps, one for each column.

use vigie_protocol::{Column, EventType};

use crate::call::Call;
use crate::joined::Texts;
use crate::time::Timestamp;

/// What was said in a call. Empty texts say nothing.
#[derive(Clone, Debug)]
pub(crate) struct Said<'a> {
    pub(crate) event_type: &'a str,
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    columns: [&'a str; Column::ALL.len()],
}

impl<'a> Said<'a> {
    pub(crate) const fn new(event_type: &'a str, at: Timestamp) -> Self {
        Self { event_type, id: "", at, columns: [""; Column::ALL.len()] }
    }

    /// What a call says; `now` is when, unless the call knows better.
    pub(crate) fn of(call: &'a Call, now: Timestamp) -> Self {
        let mut said = Self::new(&call.event_type, call.at.unwrap_or(now));
        said.id = call.id.as_deref().unwrap_or_default();
        for (column, text) in &call.columns {
            said.set(*column, text);
        }
        said
    }

    /// Reads what the face hands over: id, event type and then [`Column::ALL`], joined by NUL, empty where there is nothing.
    ///
    /// One text crosses into WASM at a tenth of the price of thirty. The face takes NUL out of what it joins.
    #[cfg_attr(not(any(test, target_arch = "wasm32")), allow(dead_code, reason = "only a page has a face"))]
    pub(crate) fn from_joined(joined: &'a str, at: Timestamp) -> Self {
        let mut texts = Texts::of(joined);
        let mut said = Self::new("", at);
        said.id = texts.next().unwrap_or_default();
        said.event_type = texts.next().unwrap_or_default();
        for (column, text) in said.columns.iter_mut().zip(texts) {
            *column = text;
        }
        said
    }

    pub(crate) const fn set(&mut self, column: Column, text: &'a str) {
        self.columns[column as usize] = text;
    }

    /// What it says about a column; empty if nothing.
    pub(crate) const fn text(&self, column: Column) -> &'a str {
        self.columns[column as usize]
    }

    /// Whether it is an event of this type.
    pub(crate) fn is(&self, event_type: EventType) -> bool {
        self.event_type == event_type.as_str()
    }
}

#[test]
fn what_the_face_joins_comes_apart_again() {
    let mut texts = vec!["an-id", "signup_form_start"];
    texts.extend(Column::ALL.iter().map(|column| if *column == Column::FormName { "signup_client" } else { "" }));
    let joined = texts.join("\0");
    let said = Said::from_joined(&joined, Timestamp(5));
    assert_eq!((said.id, said.at), ("an-id", Timestamp(5)));
    assert!(said.is(EventType::SignupFormStart));
    assert_eq!((said.text(Column::FormName), said.text(Column::Page)), ("signup_client", ""));
}
