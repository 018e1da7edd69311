//! Which poverty standard is in force on which day.

use super::codes::day_after;
use kernel::{Date, Period};

/// A standard and the days on which it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardPeriod {
    /// For example `ND07-2021`.
    pub id: String,
    /// First to last day.
    pub period: Period,
}

/// All standards in the order of time. Two never overlap; between two there may be days without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardCalendar {
    periods: Vec<StandardPeriod>,
    turning_days: Vec<Date>,
}

impl StandardCalendar {
    /// The calendar of these standards.
    pub fn new(mut periods: Vec<StandardPeriod>) -> Self {
        periods.sort_by_key(|standard| standard.period.from);
        let starts = periods.iter().map(|standard| standard.period.from);
        let ends = periods.iter().filter_map(|standard| standard.period.to.map(day_after));
        let mut turning_days: Vec<_> = starts.chain(ends).collect();
        turning_days.sort_unstable();
        turning_days.dedup();
        Self { periods, turning_days }
    }

    /// The standard in force on the day.
    pub fn in_force(&self, day: Date) -> Option<&StandardPeriod> {
        self.periods.iter().find(|standard| standard.period.contains(day))
    }

    /// Days on which another standard than on the eve is in force, or none any more: on these a class may change with
    /// no change in life.
    pub fn turning_days(&self) -> &[Date] {
        &self.turning_days
    }
}
