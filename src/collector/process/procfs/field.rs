//! Numbers between white space, as the kernel writes them.

/// The fields that something follows. What a file ends with may be the beginning of a number.
pub(super) fn complete(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = text.iter().rposition(u8::is_ascii_whitespace).unwrap_or(0);
    let text = text.get(..end).unwrap_or_default();
    text.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty())
}

/// The value of a field that consists of digits and fits.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    if !field.iter().all(u8::is_ascii_digit) {
        return None; // `str::parse` would take a sign.
    }
    std::str::from_utf8(field).ok()?.parse().ok()
}
