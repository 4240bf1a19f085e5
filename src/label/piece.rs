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
    let mut escaped = false;
    while let Some(at) = rest.find(['\\', '"', '\n']) {
        escaped = true;
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'\n' => "\\n",
            b'"' => "\\\"",
            _ => "\\\\",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    escaped
}

/// Whether a piece stands for this value of the label called `name`. `escaped` is what [`write`]
/// answered when it made the piece.
///
/// The mark is what makes a plain comparison of bytes right: the two characters `\` `n` as a value
/// are stored as `\\n`, and the stored text `\n` (of a line feed) must not answer for them.
#[inline]
pub(crate) fn stands_for(piece: &str, escaped: bool, name: &str, value: &str) -> bool {
    if value.is_empty() || piece.is_empty() {
        return value.is_empty() && piece.is_empty();
    }
    let skipped = name.len() + 3; // `,` name `="`
    if escaped {
        return unescaped_is(&piece[skipped..piece.len() - 1], value);
    }
    piece.len() == skipped + value.len() + 1
        && same_bytes(&piece.as_bytes()[skipped..], value.as_bytes())
}

/// Whether `long` starts with `value`. Short values are compared by two overlapping words, without
/// a call.
#[inline]
fn same_bytes(long: &[u8], value: &[u8]) -> bool {
    let len = value.len();
    if !(8..=16).contains(&len) {
        return &long[..len] == value;
    }
    let word = |bytes: &[u8], at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_ne_bytes(word)
    };
    word(long, 0) == word(value, 0) && word(long, len - 8) == word(value, len - 8)
}

fn unescaped_is(mut text: &str, value: &str) -> bool {
    let mut rest = value;
    while let Some(at) = text.find('\\') {
        let Some(after) = rest.strip_prefix(&text[..at]) else { return false };
        let plain = match text.as_bytes().get(at + 1) {
            Some(b'n') => '\n',
            Some(b'"') => '"',
            _ => '\\',
        };
        let Some(after) = after.strip_prefix(plain) else { return false };
        rest = after;
        text = &text[at + 2..];
    }
    rest == text
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
        assert!(stands_for(&line_feed, true, "path", "a\nb"));
        assert!(!stands_for(&line_feed, true, "path", "a\\nb"));
    }

    proptest! {
        #[test]
        fn a_piece_stands_for_its_value_only(
            left in r#"[ab\\"n\n]{0,12}"#,
            right in r#"[ab\\"n\n]{0,12}"#,
        ) {
            let (text, escaped) = piece(&left);
            prop_assert!(stands_for(&text, escaped, "path", &left));
            prop_assert_eq!(stands_for(&text, escaped, "path", &right), left == right);
        }

        #[test]
        fn lengths_around_the_word_size(left in "[ab]{0,20}", right in "[ab]{0,20}") {
            let (text, escaped) = piece(&left);
            prop_assert_eq!(stands_for(&text, escaped, "path", &right), left == right);
        }
    }
}
