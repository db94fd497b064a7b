//! Who and where: what a call shares with its neighbours and a batch says once.

use vigie_protocol::Column;

/// The shared columns of a call ([`Column::SHARED`] of them), in their order; empty where there is nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context([String; Column::SHARED]);

impl Context {
    /// A visitor of whom only the session is known.
    #[must_use]
    pub fn of_session(session_id: &str) -> Self {
        Self::default().with(Column::SessionId, session_id)
    }

    /// The same context with one thing more. A column that is not shared changes nothing.
    #[must_use]
    pub fn with(mut self, column: Column, text: impl Into<String>) -> Self {
        self.set(column, text.into());
        self
    }

    /// The text of a shared column; empty for every other.
    #[must_use]
    pub fn text(&self, column: Column) -> &str {
        self.0.get(column as usize).map_or("", String::as_str)
    }

    /// Sets a shared column; says whether it was one.
    pub(crate) fn set(&mut self, column: Column, text: String) -> bool {
        let place = self.0.get_mut(column as usize);
        place.map(|place| *place = text).is_some()
    }

    /// Bytes that it can add to an event's JSON.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|text| text.len() + BYTES_AROUND).sum()
    }
}

/// The longest shared name with its quotes, colon and comma, rounded up.
const BYTES_AROUND: usize = 20;

#[test]
fn only_shared_columns_are_kept() {
    let context = Context::of_session("s1").with(Column::FormName, "contact").with(Column::UserRole, "client");
    assert_eq!(context.text(Column::SessionId), "s1");
    assert_eq!(context.text(Column::UserRole), "client");
    assert_eq!(context.text(Column::FormName), "");
}
