//! Calendar days, periods of days, and the instants at which things became known.

pub use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Stands for "since before the records begin" in keys of areas whose start is not known. No record may carry this day.
pub const OPEN_START: Date = jiff::civil::date(1, 1, 1);

/// The day `year-month-day`; panics on a day that does not exist, so it is for constants and tests.
pub const fn date(year: i16, month: i8, day: i8) -> Date {
    jiff::civil::date(year, month, day)
}

/// Reads `2025-07-01` and nothing else: no times, no other order of day and month, no year before the first.
pub fn parse_date(text: &str) -> Option<Date> {
    let number = |digits: &[u8]| {
        let add = |sum: i16, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + i16::from(digit - b'0'));
        digits.iter().try_fold(0, add)
    };
    let (year, rest) = text.as_bytes().split_at_checked(4)?;
    let &[b'-', m1, m2, b'-', d1, d2] = rest else { return None };
    let part = |digits| i8::try_from(number(digits)?).ok();
    let day = Date::new(number(year)?, part(&[m1, m2])?, part(&[d1, d2])?).ok()?;
    (day >= OPEN_START).then_some(day)
}

/// The day as Vietnamese documents write it: `31/12/2025`.
pub fn written_day(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// A run of days, both ends included; without `to` it is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day; `None` while it has not ended.
    pub to: Option<Date>,
}

impl Period {
    /// Whether the day lies in the period.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Whether the two periods share a day.
    pub fn overlaps(self, other: Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

/// An instant as microseconds since 1970-01-01T00:00:00Z: when something was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A number of microseconds outside the years -9999 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} microseconds since 1970 lie outside the years that can be written")]
pub struct InvalidTimestamp(i64);

/// Việt Nam has kept one offset, UTC+7 without summer time, since 1975.
const VIETNAM: Offset = jiff::tz::offset(7);

impl Timestamp {
    /// The instant that many microseconds after 1970-01-01T00:00:00Z.
    pub fn from_micros(micros: i64) -> Result<Self, InvalidTimestamp> {
        jiff::Timestamp::from_microsecond(micros).map(|_| Self(micros)).map_err(|_| InvalidTimestamp(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The calendar day in Việt Nam at this instant.
    pub fn day(self) -> Date {
        VIETNAM.to_datetime(self.instant()).date()
    }

    /// Midnight in Việt Nam at the start of the day.
    pub fn start_of(day: Date) -> Self {
        let midnight = TimeZone::fixed(VIETNAM).to_timestamp(day.at(0, 0, 0, 0));
        Self(midnight.map_or(i64::MAX, jiff::Timestamp::as_microsecond))
    }

    fn instant(self) -> jiff::Timestamp {
        // Invariant: both constructors admit only microseconds that jiff can represent.
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

/// RFC 3339 in UTC: `2025-07-01T02:03:04.000005Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.instant())
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.as_microsecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_vietnam_begins_seven_hours_before_utc() {
        let midnight = Timestamp::start_of(date(2025, 7, 1));
        assert_eq!(midnight.to_string(), "2025-06-30T17:00:00.000000Z");
        assert_eq!(midnight.day(), date(2025, 7, 1));
        assert_eq!(Timestamp::from_micros(midnight.micros() - 1).unwrap().day(), date(2025, 6, 30));
    }

    #[test]
    fn only_iso_days_that_exist_are_read() {
        assert_eq!(parse_date("2024-02-29"), Some(date(2024, 2, 29)));
        for text in ["2025-02-29", "29/02/2024", "2024-2-29", "2024-02-29T00:00:00", ""] {
            assert_eq!(parse_date(text), None, "'{text}' must be refused");
        }
    }

    #[test]
    fn periods_include_both_ends() {
        let until_merger = Period { from: OPEN_START, to: Some(date(2025, 6, 30)) };
        let since_merger = Period { from: date(2025, 7, 1), to: None };
        assert!(until_merger.contains(date(2025, 6, 30)) && !until_merger.contains(date(2025, 7, 1)));
        assert!(!until_merger.overlaps(since_merger) && since_merger.overlaps(since_merger));
    }
}
