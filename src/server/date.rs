//! The `date` header: `Sun, 06 Nov 1994 08:49:37 GMT`.

use std::time::{SystemTime, UNIX_EPOCH};

/// `time` as an IMF-fixdate of RFC 9110 section 5.6.7; `None` outside the years 1970 to 9999.
///
/// A server without a usable clock sends no date (RFC 9110 section 6.6.1).
pub(super) fn http_date(time: SystemTime) -> Option<String> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let days = seconds / DAY;
    let (mut year, mut day) = (1970, days);
    // Whole cycles of the Gregorian calendar first, so that the loop below is short.
    year += 400 * (day / CYCLE);
    day %= CYCLE;
    while day >= days_in(year) {
        day -= days_in(year);
        year += 1;
    }
    if year > 9999 {
        return None;
    }
    for (month, length) in MONTHS {
        let length = length + u64::from(month == "Feb" && is_leap(year));
        if day < length {
            let weekday = WEEKDAYS.iter().cycle().nth((days % 7) as usize)?;
            let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
            let day = day + 1;
            return Some(format!(
                "{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT"
            ));
        }
        day -= length;
    }
    None
}

fn is_leap(year: u64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

/// Seconds in a day.
const DAY: u64 = 86_400;

/// Days in the 400 years after which the Gregorian calendar repeats.
const CYCLE: u64 = 146_097;

/// From the first day of 1970, a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// With their days in a common year.
const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn date(seconds: u64) -> Option<String> {
        http_date(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn known_instants_print_as_the_standards_do() {
        // The example of RFC 9110, and what `date -u -R` prints for the others.
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(date(seconds).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_clock_out_of_range_gives_no_date() {
        assert_eq!(date(253_402_300_800), None);
        assert_eq!(http_date(UNIX_EPOCH - Duration::from_secs(1)), None);
    }
}
