//! Codes as numbers: compact in the read model, ordered, and reversible without a dictionary.

use kernel::{AreaCode, AreaKey, Date, OPEN_START};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A code that has no number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// Ethnic groups have codes of two digits.
    #[error("'{0}' is not the code of an ethnic group such as 03")]
    Ethnicity(String),
    /// The number stands for no area key.
    #[error("{0} is not the number of an area")]
    Area(i64),
    /// The number stands for no day.
    #[error("{0} is not a day written as yyyymmdd")]
    Day(i32),
}

/// A day as the number yyyymmdd, so that days compare as numbers and a reader of the tables can read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(i32);

impl Day {
    /// yyyymmdd.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The day with this number.
    pub fn from_number(number: i32) -> Result<Self, InvalidCode> {
        let day = Self(number);
        day.checked_date().map(|_| day).ok_or(InvalidCode::Day(number))
    }

    /// The year's last day.
    pub(crate) const fn last_of(year: i32) -> Self {
        Self(year * 10_000 + 12_31)
    }

    pub(crate) const fn year(self) -> i32 {
        self.0 / 10_000
    }

    /// The calendar day.
    pub fn date(self) -> Date {
        // Invariant: made from a date, or checked by from_number; a number read back from a state was made from a date.
        self.checked_date().unwrap_or(OPEN_START)
    }

    fn checked_date(self) -> Option<Date> {
        let year = i16::try_from(self.0 / 10_000).ok()?;
        let month = i8::try_from(self.0 / 100 % 100).ok()?;
        let day = i8::try_from(self.0 % 100).ok()?;
        Date::new(year, month, day).ok()
    }
}

impl From<Date> for Day {
    fn from(day: Date) -> Self {
        Self(i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// An ethnic group by its two-digit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ethnicity(u8);

impl Ethnicity {
    /// Stands for a group that was not recorded; no code of a group is 00.
    pub const UNKNOWN: Self = Self(0);

    /// The code as a number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl FromStr for Ethnicity {
    type Err = InvalidCode;

    fn from_str(code: &str) -> Result<Self, InvalidCode> {
        let digits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { code.parse().ok() } else { None };
        number.map(Self).ok_or_else(|| InvalidCode::Ethnicity(code.to_owned()))
    }
}

impl TryFrom<i64> for Ethnicity {
    type Error = InvalidCode;

    fn try_from(number: i64) -> Result<Self, InvalidCode> {
        let fits = u8::try_from(number).ok().filter(|number| *number < 100);
        fits.map(Self).ok_or_else(|| InvalidCode::Ethnicity(number.to_string()))
    }
}

impl fmt::Display for Ethnicity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// An [`AreaKey`] as a number, read in decimals: one digit for the kind of code (1 province, 2 district, 3 commune,
/// 4 village), eight for the code, eight for the first day. `03618@2025-07-01` is `3 00003618 20250701`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AreaNumber(i64);

const DAYS: i64 = 100_000_000;
const CODES: i64 = 100_000_000;

impl AreaNumber {
    /// The number of the key.
    pub fn of(key: &AreaKey) -> Self {
        let code = key.code.as_str();
        let kind = match code.len() {
            2 => 1,
            3 => 2,
            5 => 3,
            _ => 4,
        };
        // Invariant: a code is digits only, eight at most, and a hyphen in the code of a village.
        let digits = code.bytes().filter(u8::is_ascii_digit);
        let code = digits.fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
        Self((kind * CODES + code) * DAYS + i64::from(Day::from(key.valid_from).number()))
    }

    /// The number itself.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The area of a number read from the store.
    pub fn from_number(number: i64) -> Result<Self, InvalidCode> {
        Self(number).checked_key().map(|_| Self(number)).ok_or(InvalidCode::Area(number))
    }

    /// The key.
    pub fn key(self) -> AreaKey {
        // Invariant: made from a key, or checked by from_number.
        self.checked_key().unwrap_or_else(|| AreaKey::new(province_zero(), None))
    }

    fn checked_key(self) -> Option<AreaKey> {
        let first_day = i32::try_from(self.0 % DAYS).ok()?;
        let code = self.0 / DAYS % CODES;
        let text = match self.0 / DAYS / CODES {
            1 => format!("{code:02}"),
            2 => format!("{code:03}"),
            3 => format!("{code:05}"),
            4 => format!("{:05}-{:03}", code / 1_000, code % 1_000),
            _ => return None,
        };
        Some(AreaKey { code: text.parse().ok()?, valid_from: Day(first_day).checked_date()? })
    }
}

fn province_zero() -> AreaCode {
    #[expect(clippy::unwrap_used, reason = "a constant of two digits is a code")]
    "00".parse().unwrap()
}

/// The day after; the last day of the calendar has none and stays.
pub(crate) fn day_after(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::date;

    #[test]
    fn a_key_survives_its_number() {
        for text in ["12@0001-01-01", "105@0001-01-01", "03618@2025-07-01", "03625-004@0001-01-01"] {
            let number = AreaNumber::of(&text.parse().unwrap());
            assert_eq!(AreaNumber::from_number(number.number()).unwrap().key().to_string(), text);
        }
        assert_eq!(AreaNumber::of(&"03618@2025-07-01".parse().unwrap()).number(), 3_00003618_20250701);
        assert!(AreaNumber::from_number(0).is_err() && AreaNumber::from_number(-5).is_err());
    }

    #[test]
    fn days_compare_as_numbers_and_only_days_that_exist_are_read() {
        assert!(Day::from(date(2024, 12, 31)) < Day::from(date(2025, 1, 1)));
        assert_eq!(Day::from_number(20250701).unwrap().date(), date(2025, 7, 1));
        assert!(Day::from_number(20250231).is_err() && Day::from_number(0).is_err());
    }

    #[test]
    fn an_ethnic_group_keeps_its_leading_zero() {
        assert_eq!("03".parse::<Ethnicity>().unwrap().to_string(), "03");
        for text in ["3", "003", "+3", "Thái", ""] {
            assert!(text.parse::<Ethnicity>().is_err(), "'{text}' must be refused");
        }
    }
}
