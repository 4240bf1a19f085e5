//! Numbers between white space, as the kernel writes them.

/// Takes the next field that something follows off the text. What a file ends with may be the
/// beginning of a number.
#[inline(never)]
pub(in crate::collector) fn next<'t>(text: &mut &'t [u8]) -> Option<&'t [u8]> {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let field = text.get(start..)?;
    let end = field.iter().position(u8::is_ascii_whitespace)?;
    *text = field.get(end..)?;
    field.get(..end)
}

/// The first field behind this beginning of a line.
#[inline(never)]
pub(in crate::collector) fn behind<'t>(name: &[u8], text: &'t [u8]) -> Option<&'t [u8]> {
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    next(&mut lines.find_map(|line| line.strip_prefix(name))?)
}

/// The value of a field that consists of digits and fits.
#[inline(never)]
pub(in crate::collector) fn number(field: &[u8]) -> Option<u64> {
    let mut value = (!field.is_empty()).then_some(0_u64)?;
    for byte in field {
        let digit = byte.is_ascii_digit().then_some(u64::from(byte & 15))?;
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    Some(value)
}
