//! What facts measure.

use serde::{Deserialize, Serialize};

/// Class of a household on a day: what its latest assessment under the standard in force gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Hộ nghèo.
    #[serde(rename = "p")]
    Poor,
    /// Hộ cận nghèo.
    #[serde(rename = "n")]
    NearPoor,
    /// Reviewed, and neither.
    #[serde(rename = "x")]
    NotPoor,
    /// Never assessed under the standard in force.
    #[serde(rename = "-")]
    NotReviewed,
}

/// The two classes whose movements are reported (*diễn biến hộ nghèo, hộ cận nghèo*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrackedClass {
    /// Form 2.
    Poor,
    /// Form 3.
    NearPoor,
}

/// What a household may lack, of the indicators (*thiếu hụt*) that targets of the resolution ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Health insurance of its members.
    HealthInsurance,
    /// School of its children for their age.
    Schooling,
    /// A hygienic latrine.
    Latrine,
    /// Telecom and internet access.
    Telecom,
}

/// A set of needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Needs(u8);

impl Need {
    /// All of them, in the order of their bits.
    pub const ALL: [Self; 4] = [Self::HealthInsurance, Self::Schooling, Self::Latrine, Self::Telecom];

    /// The need that the indicator with that code of a poverty standard tells of; most tell of none.
    pub fn of_indicator(code: &str) -> Option<Self> {
        match code {
            "health_insurance" => Some(Self::HealthInsurance),
            "child_school_attendance" => Some(Self::Schooling),
            "hygienic_toilet" => Some(Self::Latrine),
            "telecommunication" => Some(Self::Telecom),
            _ => None,
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Needs {
    /// Nothing is lacking.
    pub const NONE: Self = Self(0);

    /// Whether nothing is lacking.
    pub const fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Whether that is lacking.
    pub const fn has(self, need: Need) -> bool {
        self.0 & need.bit() != 0
    }
}

impl FromIterator<Need> for Needs {
    fn from_iter<I: IntoIterator<Item = Need>>(needs: I) -> Self {
        Self(needs.into_iter().fold(0, |bits, need| bits | need.bit()))
    }
}

/// A movement into or out of one tracked class that concerns no other tracked class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassFlow {
    /// Column 3: to neither class.
    ExitAbove,
    /// Column 6: entered from neither, having left this class before (*tái nghèo*).
    Relapse,
    /// Column 7: entered from neither, never having left this class before (*phát sinh mới*).
    New,
    /// Column 8: came by move, persons also by birth and joining.
    OtherIn,
    /// Column 4: left by move, persons also by death and leaving.
    OtherOut,
    /// Part of column 1: in (positive) or out (negative) because another standard came into force.
    StandardChange,
}

/// A movement of a year, as the columns of forms 2 and 3 know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// Column 2 of the poor and column 5 of the near-poor.
    PoorToNear,
    /// Column 5 of the poor and column 2 of the near-poor.
    NearToPoor,
    /// All others concern one class.
    Of(TrackedClass, ClassFlow),
}

/// What a fact counts. Stocks are changes of a level: the level on day E is the sum of all effective up to E. Flows are
/// events: the sum over a year is the year's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Households registered, and their members, whatever their class.
    Registered,
    /// Of these the poor.
    Poor,
    /// Of these the near-poor.
    NearPoor,
    /// Of these the reviewed who are neither. Those not reviewed are the rest.
    NotPoor,
    /// A movement.
    Flow(Flow),
    /// Poor and near-poor households that lack it, and their members.
    Lacking(Need),
}

impl Measure {
    /// The stocks, registered first.
    pub const STOCKS: [Self; 4] = [Self::Registered, Self::Poor, Self::NearPoor, Self::NotPoor];

    /// All measures in the order of their numbers.
    pub const ALL: [Self; 22] = {
        use ClassFlow::{ExitAbove, New, OtherIn, OtherOut, Relapse, StandardChange};
        use TrackedClass::{NearPoor, Poor};
        [
            Self::Registered,
            Self::Poor,
            Self::NearPoor,
            Self::NotPoor,
            Self::Flow(Flow::PoorToNear),
            Self::Flow(Flow::NearToPoor),
            Self::Flow(Flow::Of(Poor, ExitAbove)),
            Self::Flow(Flow::Of(Poor, Relapse)),
            Self::Flow(Flow::Of(Poor, New)),
            Self::Flow(Flow::Of(Poor, OtherIn)),
            Self::Flow(Flow::Of(Poor, OtherOut)),
            Self::Flow(Flow::Of(Poor, StandardChange)),
            Self::Flow(Flow::Of(NearPoor, ExitAbove)),
            Self::Flow(Flow::Of(NearPoor, Relapse)),
            Self::Flow(Flow::Of(NearPoor, New)),
            Self::Flow(Flow::Of(NearPoor, OtherIn)),
            Self::Flow(Flow::Of(NearPoor, OtherOut)),
            Self::Flow(Flow::Of(NearPoor, StandardChange)),
            Self::Lacking(Need::HealthInsurance),
            Self::Lacking(Need::Schooling),
            Self::Lacking(Need::Latrine),
            Self::Lacking(Need::Telecom),
        ]
    };

    /// The number under which the read model keeps it; never reused for another measure.
    pub fn number(self) -> u8 {
        let position = Self::ALL.iter().position(|measure| *measure == self);
        // Invariant: ALL lists every measure (tested).
        position.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
    }

    /// The measure with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The stock of a class; those not reviewed have none of their own.
    pub const fn stock_of(class: Class) -> Option<Self> {
        match class {
            Class::Poor => Some(Self::Poor),
            Class::NearPoor => Some(Self::NearPoor),
            Class::NotPoor => Some(Self::NotPoor),
            Class::NotReviewed => None,
        }
    }
}

impl TrackedClass {
    /// The class as tracked in the forms on movements.
    pub const fn of(class: Class) -> Option<Self> {
        match class {
            Class::Poor => Some(Self::Poor),
            Class::NearPoor => Some(Self::NearPoor),
            Class::NotPoor | Class::NotReviewed => None,
        }
    }
}

impl From<events::poverty::PovertyClass> for Class {
    fn from(class: events::poverty::PovertyClass) -> Self {
        match class {
            events::poverty::PovertyClass::Poor => Self::Poor,
            events::poverty::PovertyClass::NearPoor => Self::NearPoor,
            events::poverty::PovertyClass::NotPoor => Self::NotPoor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_survives_its_number() {
        for (number, measure) in Measure::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(measure.number()), number);
            assert_eq!(Measure::from_number(number.try_into().unwrap()), Some(measure));
        }
        assert_eq!(Measure::from_number(22), None);
    }
}
