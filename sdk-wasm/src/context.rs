//! Who and where: what a call shares with its neighbours and a batch says once.

use vigie_protocol::Column;

use crate::joined::Texts;

/// The shared columns of a call ([`Column::SHARED`] of them); empty where there is nothing to say.
///
/// Kept as one text, each column ended by NUL: comparing, cloning and dropping it is one step, not seven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(String);

impl Context {
    /// A visitor of whom only the session is known.
    #[must_use]
    pub fn of_session(session_id: &str) -> Self {
        Self::default().with(Column::SessionId, session_id)
    }

    /// The same context with one thing more. A column that is not shared changes nothing.
    #[must_use]
    pub fn with(self, column: Column, text: &str) -> Self {
        Self::of(|one| if one == column { text } else { self.text(one) })
    }

    /// The context in which each shared column says what `said` gives for it.
    pub(crate) fn of<'a>(said: impl Fn(Column) -> &'a str) -> Self {
        let mut joined = String::new();
        for column in &Column::ALL[..Column::SHARED] {
            joined.push_str(said(*column));
            joined.push_str("\0");
        }
        Self(joined)
    }

    /// The text of a shared column; empty for every other.
    #[must_use]
    pub fn text(&self, column: Column) -> &str {
        Texts::of(&self.0).nth(column as usize).unwrap_or_default()
    }

    /// Whether nothing is known of the visitor.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes that it can add to an event's JSON: its texts, and names with quotes, colon and comma.
    pub(crate) const fn bytes(&self) -> usize {
        self.0.len() + 20 * Column::SHARED
    }
}

#[test]
fn only_shared_columns_are_kept() {
    let context = Context::of_session("s1").with(Column::FormName, "contact").with(Column::UserRole, "client");
    assert_eq!(context.text(Column::SessionId), "s1");
    assert_eq!(context.text(Column::UserRole), "client");
    assert_eq!(context.text(Column::Page), "");
    assert_eq!(context.text(Column::FormName), "");
}
