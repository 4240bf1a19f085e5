//! The weights by which a header tells what it prefers.

/// A weight from 0 to 1, of three decimals; `None` if it is no such number.
///
/// Source: RFC 9110 section 12.4.2.
pub(super) fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let decimals = decimals.bytes().chain(*b"000").take(3);
    let digits = whole.bytes().chain(decimals);
    let thousandths = digits.into_iter().try_fold(0_u16, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })?;
    (thousandths <= 1000 && !whole.is_empty()).then_some(thousandths)
}
