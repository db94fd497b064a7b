//! Writes JSON by hand: a serialiser would cost the page more bytes than all the rest of the core (`peers.md`, 2).

/// Writes `"name":`, after a comma unless it opens the object.
pub(crate) fn write_name(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    write_text(out, name);
    out.push(':');
}

/// Writes `"name":"text"`.
pub(crate) fn write_member(out: &mut String, name: &str, text: &str) {
    write_name(out, name);
    write_text(out, text);
}

/// Writes a string with its quotes.
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                write_hexadecimal(out, u64::from(letter), 2);
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

/// Writes a number with at least so many digits.
pub(crate) fn write_number(out: &mut String, number: u64, digits: u32) {
    if number > 9 || digits > 1 {
        write_number(out, number / 10, digits.saturating_sub(1));
    }
    out.push(digit(number % 10));
}

/// Writes the last so many hexadecimal digits of a number.
pub(crate) fn write_hexadecimal(out: &mut String, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        out.push(digit(number >> (4 * place) & 15));
    }
}

fn digit(value: u64) -> char {
    char::from_digit((value & 15) as u32, 16).unwrap_or('0')
}

#[test]
fn what_json_forbids_in_a_string_is_escaped_and_nothing_else_is() {
    let mut out = String::new();
    write_text(&mut out, "a\"b\\c\n\u{1}é😀\u{7f}");
    assert_eq!(out, "\"a\\\"b\\\\c\\u000a\\u0001é😀\u{7f}\"");
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
