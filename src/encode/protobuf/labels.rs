//! Labels as they were written for text, taken apart.

use crate::encode::buffer::Room;

/// Labels as the pieces have them. A name that is in quotes there has escapes as a value has.
pub(super) struct Labels<'a>(pub(super) &'a str);

/// A text in which `\`, `"` and line feed may be escaped.
#[derive(Clone, Copy)]
pub(super) struct Escaped<'a> {
    text: &'a str,
    /// Of what it stands for.
    pub(super) length: usize,
}

impl<'a> Iterator for Labels<'a> {
    type Item = (Escaped<'a>, Escaped<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let label = self.0.strip_prefix(',')?;
        #[cfg(feature = "utf8")]
        if let Some(quoted) = label.strip_prefix('"') {
            let (name, rest) = Escaped::up_to_quote(quoted)?;
            let (value, rest) = Escaped::up_to_quote(rest.strip_prefix("=\"")?)?;
            self.0 = rest;
            return Some((name, value));
        }
        let (name, rest) = label.split_once("=\"")?;
        let (value, rest) = Escaped::up_to_quote(rest)?;
        self.0 = rest;
        Some((Escaped { text: name, length: name.len() }, value))
    }
}

impl<'a> Escaped<'a> {
    /// What stands before the closing quote, and what stands behind it.
    #[inline(always)]
    fn up_to_quote(text: &'a str) -> Option<(Self, &'a str)> {
        let (mut end, mut escapes) = (0, 0);
        loop {
            end += text.get(end..)?.bytes().position(|byte| matches!(byte, b'"' | b'\\'))?;
            if text.as_bytes().get(end) == Some(&b'"') {
                break;
            }
            escapes += 1;
            end += 2;
        }
        Some((Self { text: text.get(..end)?, length: end - escapes }, text.get(end + 1..)?))
    }

    /// Puts what it stands for.
    #[inline(always)]
    pub(super) fn put(self, room: &mut Room<'_>) {
        if self.length == self.text.len() {
            room.put(self.text.as_bytes());
        } else {
            self.parts().for_each(|part| room.put(part.as_bytes()));
        }
    }

    /// What it stands for, in parts.
    pub(super) fn parts(self) -> impl Iterator<Item = &'a str> {
        let mut rest = self.text;
        let mut escape = None;
        std::iter::from_fn(move || {
            if let Some(part) = escape.take() {
                return Some(part);
            }
            if rest.is_empty() {
                return None;
            }
            let Some((part, after)) = rest.split_once('\\') else {
                return Some(std::mem::take(&mut rest));
            };
            let (escaped, after) = after.split_at(after.len().min(1));
            escape = Some(if escaped == "n" { "\n" } else { escaped });
            rest = after;
            Some(part)
        })
    }
}
