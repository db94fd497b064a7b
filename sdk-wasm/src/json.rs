//! Writes JSON by hand: a serialiser would cost the page more bytes than all the rest of the core (`peers.md`, 2).
//!
//! It never slices in a way that can panic: the sentence of one panic brings a kilobyte of formatting with it.

/// Writes `"name":`, after a comma unless it opens the object.
pub(crate) fn write_name(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push_str(",");
    }
    write_text(out, name);
    out.push_str(":");
}

/// Writes `"name":"text"`.
pub(crate) fn write_member(out: &mut String, name: &str, text: &str) {
    write_name(out, name);
    write_text(out, text);
}

/// Writes a string with its quotes. What must be escaped is escaped by its number.
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push_str("\"");
    let mut rest = text;
    loop {
        let plain = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\').unwrap_or(rest.len());
        out.push_str(rest.get(..plain).unwrap_or_default());
        let Some(escaped) = rest.as_bytes().get(plain) else { break };
        out.push_str("\\u00");
        write_hexadecimal(out, u64::from(*escaped), 2);
        rest = rest.get(plain + 1..).unwrap_or_default();
    }
    out.push_str("\"");
}

/// Writes a number with at least so many digits.
pub(crate) fn write_number(out: &mut String, number: u64, digits: u32) {
    if number > 9 || digits > 1 {
        write_number(out, number / 10, digits.saturating_sub(1));
    }
    write_digit(out, number % 10);
}

/// Whether the text is a number as JSON writes it (RFC 8259, 6): anything else would spoil the whole batch.
///
/// Neither sign nor exponent: no price is below zero, and none has 22 digits, from where on JavaScript writes an exponent.
pub(crate) fn is_number(text: &str) -> bool {
    let (mut last, mut pointed) = (b'.', false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'.' if last != b'.' && !pointed => pointed = true,
            b'0'..=b'9' if place != 1 || last != b'0' => {}
            _ => return false,
        }
        last = byte;
    }
    last != b'.' // it begins and ends with a digit
}

/// Writes the last so many hexadecimal digits of a number.
pub(crate) fn write_hexadecimal(out: &mut String, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        write_digit(out, number >> (4 * place));
    }
}

fn write_digit(out: &mut String, value: u64) {
    let place = (value & 15) as usize;
    out.push_str("0123456789abcdef".get(place..=place).unwrap_or_default());
}

#[test]
fn what_json_forbids_in_a_string_is_escaped_and_nothing_else_is() {
    let mut out = String::new();
    write_text(&mut out, "a\"b\\c\n\u{1}é😀\u{7f}");
    assert_eq!(out, "\"a\\u0022b\\u005cc\\u000a\\u0001é😀\u{7f}\"");
}

#[test]
fn numbers_keep_their_leading_zeros() {
    let mut out = String::new();
    for (number, digits) in [(7, 2), (1234, 2), (0, 1), (u64::MAX, 1)] {
        write_number(&mut out, number, digits);
        out.push(' ');
    }
    assert_eq!(out, "07 1234 0 18446744073709551615 ");
}

#[test]
fn a_number_is_what_json_takes_for_one_and_is_not_negative() {
    for good in ["0", "7", "50", "49.90", "0.5"] {
        assert!(is_number(good), "{good}");
    }
    for bad in [
        "", "-1", "-0", "+1", "007", "00", "49,90", "50 EUR", " 5", ".5", "5.", "1e21", "1e+21", "0x10", "1.2.3", "NaN",
    ] {
        assert!(!is_number(bad), "{bad}");
    }
}
