//! A label as it stands on the page: `,name="value"` with the value escaped, or nothing when the
//! value is empty (an empty label is an absent one).
//!
//! Escaping is that of text 0.0.4 and of OpenMetrics alike (T5): `\` `"` and line feed.

/// Appends the piece of a label. Answers whether the value had to be escaped.
pub(crate) fn write(name: &str, value: &str, out: &mut String) -> bool {
    if value.is_empty() {
        return false;
    }
    out.extend([",", name, "=\""]);
    let escaped = write_escaped(value, out);
    out.extend(["\""]);
    escaped
}

/// Appends a name as it stands between quotes.
#[cfg(feature = "utf8")]
#[inline(never)] // Names are few: values keep the code that both need for themselves.
pub(crate) fn write_name(name: &str, out: &mut String) {
    write_escaped(name, out);
}

fn write_escaped(value: &str, out: &mut String) -> bool {
    let mut rest = value;
    let is_special = |byte| matches!(byte, b'\\' | b'"' | b'\n');
    while let Some(at) = rest.bytes().position(is_special) {
        let escaped = match rest.as_bytes().get(at) {
            Some(b'\n') => "\\n",
            Some(b'"') => "\\\"",
            _ => "\\\\",
        };
        out.extend([rest.get(..at).unwrap_or_default(), escaped]);
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    rest.len() < value.len()
}

/// Whether a piece is that of a label of this name. That of nothing is any label's.
pub(crate) fn is_of(piece: &str, name: &str) -> bool {
    let label = piece.strip_prefix(',').and_then(|label| label.strip_prefix(name));
    piece.is_empty() || label.is_some_and(|rest| rest.starts_with('='))
}

/// Whether the piece of a label stands for this value, where the value had to be escaped.
#[cold]
pub(crate) fn escaped_stands_for(piece: &str, value: &str) -> bool {
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
    fn a_piece_belongs_to_its_label() {
        let (piece, _) = piece("a");
        assert!(is_of(&piece, "path") && is_of("", "path"));
        assert!(!is_of(&piece, "pat") && !is_of(&piece, "paths") && !is_of(&piece, ""));
    }

    #[test]
    fn an_escaped_value_does_not_answer_for_its_escaped_text() {
        let (line_feed, escaped) = piece("a\nb");
        assert!(escaped && line_feed.contains("a\\nb"));
        assert!(escaped_stands_for(&line_feed, "a\nb"));
        assert!(!escaped_stands_for(&line_feed, "a\\nb"));
    }
}
