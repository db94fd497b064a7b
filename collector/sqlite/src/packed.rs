//! Ids of sessions and submissions: text to the contract, yet mostly UUIDs, and those are 16 bytes instead of 36.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use vigie_domain::id::Id;

/// An id as its column holds it. Only a UUID in its one usual spelling is packed, so that every text comes back as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packed<'t> {
    Uuid([u8; 16]),
    Text(&'t str),
}

impl<'t> Packed<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        packed(text.as_bytes()).map_or(Self::Text(text), Self::Uuid)
    }
}

impl ToSql for Packed<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Uuid(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// The text of a column that holds a packed id; none if it is null.
pub(crate) fn unpacked(column: ValueRef<'_>) -> Option<Box<str>> {
    match column {
        ValueRef::Blob(bytes) => Some(Id(bytes.try_into().ok()?).to_string().into()),
        ValueRef::Text(text) => Some(std::str::from_utf8(text).ok()?.into()),
        _ => None,
    }
}

fn packed(text: &[u8]) -> Option<[u8; 16]> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    if text.len() != 36 || DASHES.iter().any(|place| text.get(*place) != Some(&b'-')) {
        return None;
    }
    let mut digits = text.iter().filter(|byte| **byte != b'-').map(|byte| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    });
    let mut bytes = [0; 16];
    for byte in &mut bytes {
        *byte = digits.next()?? << 4 | digits.next()??;
    }
    digits.next().is_none().then_some(bytes)
}

#[test]
fn every_text_comes_back_as_it_was() {
    for (text, is_packed) in [
        ("018f3c5e-7a1b-7c3d-8e4f-0123456789ab", true),
        ("00000000-0000-0000-0000-000000000000", true),
        ("018F3C5E-7A1B-7C3D-8E4F-0123456789AB", false),
        ("018f3c5e7a1b7c3d8e4f0123456789ab", false),
        ("018f3c5e-7a1b-7c3d-8e4f-0123456789a-", false),
        ("018f3c5e-7a1b-7c3d-8e4f-0123456789ag", false),
        ("session:1", false),
        ("", false),
    ] {
        let value = Packed::new(text);
        assert_eq!(matches!(value, Packed::Uuid(_)), is_packed, "{text}");
        let column = match &value {
            Packed::Uuid(bytes) => ValueRef::Blob(bytes),
            Packed::Text(text) => ValueRef::Text(text.as_bytes()),
        };
        assert_eq!(unpacked(column).as_deref(), Some(text));
    }
}
