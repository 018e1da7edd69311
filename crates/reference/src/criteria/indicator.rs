//! Indicators (*chỉ tiêu*): what is asked of a unit, and the level it must reach.

use crate::provenance::Provenance;
use kernel::Ratio;
use serde::{Deserialize, Serialize};

/// An indicator of a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionIndicator {
    /// Code within the set, for example `17.1`. A provincial code is not a national one.
    pub code: String,
    /// Its name.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// What must hold.
    pub test: IndicatorTest,
    /// Unit of the value and the level: `%`, `đồng/người/năm`, `m2/người`, `nhà`; empty for a yes or no.
    pub unit: String,
    /// It must hold for men and for women, each by itself; the total proves nothing.
    pub both_sexes: bool,
    /// The condition in Vietnamese without which "not applicable" is the lawful answer; `None`: it always applies.
    pub applicable_if: Option<String>,
    /// Code of the indicator of the national set that it details.
    pub national_parent: Option<String>,
    /// It is computed from other figures and never entered by hand.
    pub derived_from: Option<Derivation>,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where name and test come from; levels have their own.
    pub provenance: Provenance,
}

impl CriterionIndicator {
    /// The levels of all parts of the test; none for a yes or no and for a count that must be zero.
    pub fn levels(&self) -> Vec<&Levels> {
        match &self.test {
            IndicatorTest::YesNo | IndicatorTest::ZeroCount => Vec::new(),
            IndicatorTest::Share(_, levels) | IndicatorTest::Value(_, levels) => vec![levels],
            IndicatorTest::Pair(parts) => parts.iter().map(|part| &part.levels).collect(),
        }
    }
}

/// From what an indicator is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derivation {
    /// Poor and near-poor households out of all households of the poverty registry.
    PoorAndNearPoorRate,
}

impl Derivation {
    /// `poor_and_near_poor_rate`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PoorAndNearPoorRate => "poor_and_near_poor_rate",
        }
    }
}

/// What must hold of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndicatorTest {
    /// The competent body judged that it is met (*đạt*).
    YesNo,
    /// A share of at least or at most a level: 80 % is the level 80/100.
    Share(Bound, Levels),
    /// A value of at least or at most a level in the unit of the indicator.
    Value(Bound, Levels),
    /// Counted, and none found; a blank is no data.
    ZeroCount,
    /// Several shares, every one of which must hold.
    Pair(Vec<PairPart>),
}

/// On which side of the level a value must lie; the level itself is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `≥`
    AtLeast,
    /// `≤`
    AtMost,
}

impl Bound {
    /// Whether the value lies on the right side of the level: compared exactly, never rounded.
    pub fn holds(self, value: Ratio, level: Ratio) -> bool {
        match self {
            Self::AtLeast => value >= level,
            Self::AtMost => value <= level,
        }
    }

    /// `at_least` or `at_most`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
        }
    }

    /// `≥` or `≤`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::AtLeast => "≥",
            Self::AtMost => "≤",
        }
    }
}

/// One of the shares that must hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairPart {
    /// Code within the indicator, for example `total`.
    pub part: String,
    /// Its name.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// On which side of the level it must lie.
    pub bound: Bound,
    /// The levels.
    pub levels: Levels,
}

/// Whose task it is to set a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetBy {
    /// The table of the set states it.
    National,
    /// The set leaves it to the province.
    Province,
}

impl SetBy {
    /// `national` or `province`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Province => "province",
        }
    }
}

/// The levels of one test, by column and assessed year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    /// Whose task it is to set them.
    pub set_by: SetBy,
    levels: Vec<Level>,
}

impl Levels {
    pub(crate) const fn new(set_by: SetBy, levels: Vec<Level>) -> Self {
        Self { set_by, levels }
    }

    /// The level of that column in the assessed year. `None`: not configured, which is never met and never zero. A level
    /// for one column goes before one for every column, then one for one year before one for every year. No year stands
    /// in for another, and no column for another.
    pub fn level(&self, column: Option<&str>, year: i16) -> Option<&Level> {
        let holding = self.levels.iter().filter(|level| {
            level.column.as_deref().is_none_or(|own| Some(own) == column)
                && level.year.is_none_or(|own| own == year)
        });
        holding.max_by_key(|level| (level.column.is_some(), level.year.is_some()))
    }

    /// All levels that are known.
    pub fn all(&self) -> impl Iterator<Item = &Level> {
        self.levels.iter()
    }
}

/// A level that a value must reach or must not exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// A share as a fraction of one (80 % is 80/100, 26.7 % is 267/1000), a value in the unit of the indicator.
    pub value: Ratio,
    /// The column it belongs to; `None`: every column.
    pub column: Option<String>,
    /// The assessed year it holds for; `None`: every year of the set.
    pub year: Option<i16>,
    /// Where it was read.
    pub provenance: Provenance,
}
