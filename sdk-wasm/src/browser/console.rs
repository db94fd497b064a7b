//! A word to the developer, in the browser's console.

/// Says that a call made no event, and why.
pub(crate) fn warn(field: &str, reason: &str) {
    web_sys::console::warn_3(&"[vigie] not tracked:".into(), &field.into(), &reason.into());
}
