//! Files of pressure stall information: lines such as `some avg10=0.00 … total=5`.

use super::field;

/// The seconds that `some` or `full` of the tasks waited; the name with the space behind it.
pub(in crate::collector) fn total(tasks: &str, text: &[u8]) -> Option<f64> {
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let mut fields = lines.find_map(|line| line.strip_prefix(tasks.as_bytes()))?;
    while let Some(field) = field::next(&mut fields) {
        if let Some(microseconds) = field.strip_prefix(b"total=") {
            return Some(field::number(microseconds)? as f64 / 1e6);
        }
    }
    None
}
