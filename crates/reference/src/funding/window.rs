//! Payment windows: until when money of a year may be advanced and paid.

use crate::{
    packs::{PaymentWindowRecord, Sourced},
    provenance::{Mark, Provenance},
};
use kernel::{Date, date};
use serde::Deserialize;
use std::{fmt, str::FromStr};

/// Until when money of a vintage and executing year may be advanced or paid, by the rule in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The last day without an extension.
    pub last_day: Date,
    /// The last day that an extension may reach.
    pub extension_last_day: Date,
    /// Where the rule was read.
    pub provenance: Provenance,
}

/// A rule of payment windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRule {
    /// For example `general-2020-2024`.
    pub id: String,
    /// Code of the programme or group it is for; `None` for all money.
    pub programme: Option<String>,
    /// First and last vintage it is for; an end that is `None` is open.
    pub vintages: (Option<i16>, Option<i16>),
    /// First and last executing year it is for; an end that is `None` is open.
    pub executing_years: (Option<i16>, Option<i16>),
    /// The last day, counted from the executing year.
    pub last_day: YearDay,
    /// The last day that an extension may reach.
    pub extension_last_day: YearDay,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where it was read.
    pub provenance: Provenance,
}

impl WindowRule {
    pub(crate) fn of(record: &PaymentWindowRecord) -> Self {
        Self {
            id: record.id.clone(),
            programme: record.programme.clone(),
            vintages: record.vintages.unwrap_or_default(),
            executing_years: record.executing_years,
            last_day: record.last_day,
            extension_last_day: record.extension_last_day,
            note: record.note.clone(),
            provenance: record.provenance(),
        }
    }

    fn covers(&self, vintage: i16, executing_year: i16) -> bool {
        within(self.vintages, vintage) && within(self.executing_years, executing_year)
    }
}

/// Whether the year lies in the run of years.
fn within((first, last): (Option<i16>, Option<i16>), year: i16) -> bool {
    first.is_none_or(|first| first <= year) && last.is_none_or(|last| year <= last)
}

/// Whether two runs of years share a year.
pub(crate) fn share_a_year(a: (Option<i16>, Option<i16>), b: (Option<i16>, Option<i16>)) -> bool {
    let starts_by_end = |start: Option<i16>, end: Option<i16>| match (start, end) {
        (Some(start), Some(end)) => start <= end,
        _ => true,
    };
    starts_by_end(a.0, b.1) && starts_by_end(b.0, a.1)
}

/// The window by the rule for one of the names, else by the general rule.
pub(super) fn window(rules: &[WindowRule], names: &[String], vintage: i16, executing_year: i16) -> Window {
    let rule_of = |programme: Option<&String>| {
        let mut covering = rules.iter().filter(|rule| rule.covers(vintage, executing_year));
        covering.find(|rule| rule.programme.as_ref() == programme)
    };
    let own = names.iter().find_map(|name| rule_of(Some(name)));
    match own.or_else(|| rule_of(None)) {
        Some(rule) => Window {
            last_day: rule.last_day.in_year(executing_year),
            extension_last_day: rule.extension_last_day.in_year(executing_year),
            provenance: rule.provenance.clone(),
        },
        // Invariant: the check of the packs sees to it that a general rule covers every year.
        None => Window {
            last_day: YearDay::YEAR_END.in_year(executing_year),
            extension_last_day: YearDay::YEAR_END.in_year(executing_year),
            provenance: Provenance { source: "no rule covers the year".to_owned(), mark: Mark::Unverified },
        },
    }
}

/// A day counted from the executing year: `Y-12-31` is its last day, `Y+1-01-31` the end of January of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct YearDay {
    years_after: i16,
    month: i8,
    day: i8,
}

/// A text that is not a day counted from the executing year.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a day counted from the executing year Y such as Y-12-31 or Y+1-01-31")]
pub struct InvalidYearDay(String);

impl YearDay {
    const YEAR_END: Self = Self { years_after: 0, month: 12, day: 31 };

    /// The day for that executing year; in the last year that can be written, its last day.
    pub fn in_year(self, executing_year: i16) -> Date {
        let year = executing_year.saturating_add(self.years_after);
        Date::new(year, self.month, self.day).unwrap_or(date(9999, 12, 31))
    }
}

impl FromStr for YearDay {
    type Err = InvalidYearDay;

    fn from_str(text: &str) -> Result<Self, InvalidYearDay> {
        parse(text).ok_or_else(|| InvalidYearDay(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<YearDay> {
    let rest = text.strip_prefix('Y')?;
    let (years_after, month_day) = match rest.strip_prefix('+') {
        Some(rest) => {
            let (years, month_day) = rest.split_once('-')?;
            (years.parse().ok().filter(|years| (1..=9).contains(years))?, month_day)
        }
        None => (0, rest.strip_prefix('-')?),
    };
    // 2023 is no leap year: the day must exist in every year.
    let day = kernel::parse_date(&format!("2023-{month_day}"))?;
    Some(YearDay { years_after, month: day.month(), day: day.day() })
}

impl TryFrom<String> for YearDay {
    type Error = InvalidYearDay;

    fn try_from(text: String) -> Result<Self, InvalidYearDay> {
        text.parse()
    }
}

/// As it is written in packs.
impl fmt::Display for YearDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.years_after {
            0 => write!(f, "Y-{:02}-{:02}", self.month, self.day),
            years => write!(f, "Y+{years}-{:02}-{:02}", self.month, self.day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_executing_year() {
        let read = |text: &str| text.parse::<YearDay>();
        assert_eq!(read("Y+1-01-31").map(|day| day.in_year(2023)), Ok(date(2024, 1, 31)));
        assert_eq!(read("Y-12-31").map(|day| day.in_year(2023)), Ok(date(2023, 12, 31)));
        for text in ["Y+1-01-31", "Y-12-31"] {
            assert_eq!(read(text).map(|day| day.to_string()), Ok(text.to_owned()));
        }
        for text in ["2024-01-31", "Y+1", "Y-02-29", "Y+0-12-31", "Y-1-12-31", "Y+1-1-31", "Y+10-01-01", ""] {
            assert!(read(text).is_err(), "'{text}' must be refused");
        }
    }

    #[test]
    fn runs_of_years_meet_only_where_they_share_a_year() {
        assert!(share_a_year((None, Some(2023)), (Some(2023), None)));
        assert!(!share_a_year((None, Some(2022)), (Some(2023), None)));
        assert!(share_a_year((None, None), (Some(2023), Some(2023))));
    }
}
