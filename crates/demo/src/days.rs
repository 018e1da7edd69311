//! Days before and after days; the history lies far from the ends of the calendar.

use kernel::{Date, date};
use std::time::Duration;

const DAY: u64 = 86_400;

/// The day that many days earlier.
pub(crate) fn days_before(day: Date, days: u32) -> Date {
    day.checked_sub(Duration::from_secs(u64::from(days) * DAY)).unwrap_or(Date::MIN)
}

/// The day that many days later.
pub(crate) fn days_after(day: Date, days: u32) -> Date {
    day.checked_add(Duration::from_secs(u64::from(days) * DAY)).unwrap_or(Date::MAX)
}

/// Days from one day to a later one; 0 where it is not later.
pub(crate) fn days_between(from: Date, to: Date) -> u32 {
    let days = (to - from).get_days();
    u32::try_from(days).unwrap_or(0)
}

/// The day on which offices enter what took effect on that one: the next 5th or 20th, two days later at the earliest.
pub(crate) fn entered(effective: Date) -> Date {
    let ready = days_after(effective, 2);
    let (year, month) = (ready.year(), ready.month());
    match ready.day() {
        ..=5 => date(year, month, 5),
        6..=20 => date(year, month, 20),
        _ if month == 12 => date(year + 1, 1, 5),
        _ => date(year, month + 1, 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_effect_is_entered_on_the_next_5th_or_20th() {
        let pairs = [
            (date(2022, 6, 1), date(2022, 6, 5)),
            (date(2022, 6, 4), date(2022, 6, 20)),
            (date(2022, 6, 19), date(2022, 7, 5)),
            (date(2022, 12, 30), date(2023, 1, 5)),
            (date(2022, 12, 25), date(2023, 1, 5)),
        ];
        for (effective, day) in pairs {
            assert_eq!(entered(effective), day, "{effective}");
        }
    }

    #[test]
    fn days_are_counted() {
        assert_eq!(days_between(date(2024, 2, 28), date(2024, 3, 1)), 2);
        assert_eq!(days_between(date(2024, 3, 1), date(2024, 2, 28)), 0);
        assert_eq!(days_after(days_before(date(2024, 3, 1), 400), 400), date(2024, 3, 1));
    }
}
