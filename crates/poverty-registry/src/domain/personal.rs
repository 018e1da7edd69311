//! What is known of a person. It is sealed before it is recorded and shown in no log: `Debug` says only that it is there.

use kernel::{Date, parse_date};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Personal data of one member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Composed (NFC), trimmed, with single spaces.
    pub full_name: String,
    /// Where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<BirthDate>,
    /// Where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(not shown)")
    }
}

/// A day of birth, or only its year.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum BirthDate {
    /// The day is known.
    Day(Date),
    /// Only the year is known.
    Year(i16),
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(not shown)")
    }
}

impl BirthDate {
    /// Reads `1984-02-29` or `1984`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(Self::Year);
        }
        parse_date(text).map(Self::Day)
    }

    /// The year of birth.
    pub fn year(self) -> i16 {
        match self {
            Self::Day(day) => day.year(),
            Self::Year(year) => year,
        }
    }

    /// Whether the person may have been born by that day.
    pub fn is_by(self, day: Date) -> bool {
        match self {
            Self::Day(birth) => birth <= day,
            Self::Year(year) => year <= day.year(),
        }
    }
}

impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

impl From<BirthDate> for String {
    fn from(birth: BirthDate) -> Self {
        birth.to_string()
    }
}

impl TryFrom<String> for BirthDate {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("birth date is neither a day nor a year")
    }
}

/// Sex as the household book has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Nữ.
    Female,
    /// Nam.
    Male,
}
