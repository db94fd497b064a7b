//! What never leaves the browser: the query and the fragment of an address. Tokens, e-mail addresses and searches stand there.

/// The address without query and fragment.
pub(crate) fn bare(address: &str) -> &str {
    let end = address.bytes().position(|byte| byte == b'?' || byte == b'#').unwrap_or(address.len());
    address.get(..end).unwrap_or_default()
}

#[test]
fn an_address_loses_query_and_fragment() {
    for (address, expected) in [
        ("https://shop.example/inscription?email=a@b.c#top", "https://shop.example/inscription"),
        ("/reset#token=1?x", "/reset"),
        ("/", "/"),
        ("?q=avocat", ""),
    ] {
        assert_eq!(bare(address), expected);
    }
}
