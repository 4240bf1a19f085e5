//! Files of lines that begin with a name.

use crate::collector::kernel::field;
use crate::model::Number;

/// The number behind this beginning of a line.
pub(super) fn number(name: &str, text: &[u8]) -> Option<Number> {
    Some(Number::U64(field::number(field::behind(name.as_bytes(), text)?)?))
}

/// The number of kB behind this beginning of a line, in bytes.
pub(super) fn bytes(name: &str, text: &[u8]) -> Option<Number> {
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let mut rest = lines.find_map(|line| line.strip_prefix(name.as_bytes()))?;
    let size = field::number(field::next(&mut rest)?)?;
    (field::next(&mut rest)? == b"kB").then_some(Number::U64(size.checked_mul(1024)?))
}
