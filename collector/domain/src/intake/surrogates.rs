//! Half characters in JSON: a text that JavaScript cut in the middle of an emoji is written with a lone surrogate, `\ud83d`.
//!
//! That is JSON by its grammar and no Unicode (RFC 8259, 8.2): most readers refuse the whole document. Here the half becomes
//! the replacement character, and the rest is kept.

use std::borrow::Cow;

/// The JSON text with every lone surrogate replaced by `\ufffd`.
pub(super) fn mended(json: &str) -> Cow<'_, str> {
    if !json.contains("\\ud") && !json.contains("\\uD") {
        return Cow::Borrowed(json);
    }
    let mut mended = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        mended.push_str(before);
        let length = match unit(escape) {
            Some(0xd800..=0xdbff) if matches!(escape.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                mended.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            Some(_) => 6,
            // `\"` and its like: two characters, of which the second may be any.
            None => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        let (whole, after) = escape.split_at(length);
        mended.push_str(whole);
        rest = after;
    }
    mended.push_str(rest);
    Cow::Owned(mended)
}

/// The UTF-16 unit that a text begins with, if it begins with `\uXXXX`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

#[test]
fn halves_are_replaced_and_whole_characters_stay() {
    for (json, expected) in [
        (r#"{"q":"caf\u00e9"}"#, r#"{"q":"caf\u00e9"}"#),
        (r#"{"q":"\ud83d\ude00"}"#, r#"{"q":"\ud83d\ude00"}"#),
        (r#"{"q":"a\ud83d"}"#, r#"{"q":"a\ufffd"}"#),
        (r#"{"q":"\ude00b"}"#, r#"{"q":"\ufffdb"}"#),
        (r#"{"q":"\uD83D\uD83D\uDE00"}"#, r#"{"q":"\ufffd\uD83D\uDE00"}"#),
        (r#"{"q":"\\ud83d"}"#, r#"{"q":"\\ud83d"}"#), // a backslash and five letters
        (r#"{"q":"\"\ud83d\""}"#, r#"{"q":"\"\ufffd\""}"#),
        (r#""\ud8"#, r#""\ud8"#),
        ("\\é\\ud800", "\\é\\ufffd"),
    ] {
        assert_eq!(mended(json), expected, "{json}");
    }
}
