//! A label as it stands on the page: `,name="value"` with the value escaped, or nothing when the
//! value is empty (an empty label is an absent one).
//!
//! Escaping is that of text 0.0.4 and of OpenMetrics alike (T5): `\` `"` and line feed.

/// Appends the piece of a label. Answers whether the value had to be escaped.
pub(crate) fn write(name: &str, value: &str, out: &mut String) -> bool {
    if value.is_empty() {
        return false;
    }
    out.push(',');
    out.push_str(name);
    out.push_str("=\"");
    let escaped = write_escaped(value, out);
    out.push('"');
    escaped
}

fn write_escaped(value: &str, out: &mut String) -> bool {
    let mut rest = value;
    let is_special = |byte| matches!(byte, b'\\' | b'"' | b'\n');
    while let Some(at) = rest.bytes().position(is_special) {
        out.push_str(rest.get(..at).unwrap_or_default());
        out.push_str(match rest.as_bytes().get(at) {
            Some(b'\n') => "\\n",
            Some(b'"') => "\\\"",
            _ => "\\\\",
        });
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    rest.len() < value.len()
}

/// Whether the piece of a label stands for this value. `escaped` is what [`write`] answered when it
/// made the piece.
///
/// The mark is what makes a plain comparison of bytes right: the two characters `\` `n` as a value
/// are stored as `\\n`, and the stored text `\n` (of a line feed) must not answer for them. And as
/// an unmarked piece has no quotes but its own two, the name before the first needs no comparison:
/// the caller compares with pieces of one label only.
#[inline(always)] // Into the one search of a table.
pub(crate) fn stands_for(piece: &str, escaped: bool, value: &str) -> bool {
    if escaped {
        return escaped_stands_for(piece, value);
    }
    let (piece, value) = (piece.as_bytes(), value.as_bytes());
    let Some(start) = piece.len().checked_sub(value.len() + 1) else {
        return piece.is_empty() && value.is_empty();
    };
    start > 0
        && !value.is_empty()
        && piece[start - 1] == b'"'
        && same_bytes(&piece[start..piece.len() - 1], value)
}

/// Whether two texts of the same length are equal. Values of 4 to 32 bytes are compared by four
/// overlapping words, without a call.
#[inline(always)]
fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    let len = right.len();
    if left.len() != len {
        return false;
    }
    if (17..=32).contains(&len) {
        let same = |at| long(left, at) ^ long(right, at);
        return same(0) | same(8) | same(len - 16) | same(len - 8) == 0;
    }
    if !(4..=16).contains(&len) {
        return left == right;
    }
    let inner = (len >> 3) << 2;
    let same = |at| word(left, at) ^ word(right, at);
    same(0) | same(inner) | same(len - 4) | same(len - 4 - inner) == 0
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4).map(<[u8; 4]>::try_from) {
        Some(Ok(word)) => u32::from_ne_bytes(word),
        _ => 0, // Does not happen: both are as long as the caller has found.
    }
}

#[inline]
fn long(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_ne_bytes(word)
}

#[cold]
fn escaped_stands_for(piece: &str, value: &str) -> bool {
    let mut text = piece.bytes();
    let is_there = text.any(|byte| byte == b'"') && text.next_back() == Some(b'"');
    let mut unescaped = || match text.next() {
        Some(b'\\') => text.next().map(|byte| if byte == b'n' { b'\n' } else { byte }),
        plain => plain,
    };
    is_there && value.bytes().all(|byte| unescaped() == Some(byte)) && unescaped().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn piece(value: &str) -> (String, bool) {
        let mut out = String::new();
        let escaped = write("path", value, &mut out);
        (out, escaped)
    }

    #[test]
    fn t5_three_characters_are_escaped_and_nothing_else() {
        assert_eq!(piece("/a\"b\\c\nd\te\0돌").0, ",path=\"/a\\\"b\\\\c\\nd\te\0돌\"");
        assert_eq!(piece(""), (String::new(), false));
    }

    #[test]
    fn an_escaped_value_does_not_answer_for_its_escaped_text() {
        let (line_feed, escaped) = piece("a\nb");
        assert!(escaped && line_feed.contains("a\\nb"));
        assert!(stands_for(&line_feed, true, "a\nb"));
        assert!(!stands_for(&line_feed, true, "a\\nb"));
    }

    #[test]
    fn a_piece_of_nothing_stands_for_nothing() {
        assert!(stands_for("", false, ""));
        assert!(!stands_for("", false, "a"));
        assert!(!stands_for(&piece("a").0, false, ""));
        assert!(!stands_for(&piece("ab").0, false, "b"));
        assert!(!stands_for(&piece("b").0, false, "path=\"b"));
    }

    proptest! {
        #[test]
        fn a_piece_stands_for_its_value_only(
            left in r#"[ab\\"n\n]{0,12}"#,
            right in r#"[ab\\"n\n]{0,12}"#,
        ) {
            let (text, escaped) = piece(&left);
            prop_assert!(stands_for(&text, escaped, &left));
            prop_assert_eq!(stands_for(&text, escaped, &right), left == right);
        }

        #[test]
        fn lengths_around_the_word_size(left in "[ab]{0,20}", right in "[ab]{0,20}") {
            let (text, escaped) = piece(&left);
            prop_assert_eq!(stands_for(&text, escaped, &right), left == right);
        }
    }
}
