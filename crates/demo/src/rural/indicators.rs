//! The indicators of the set, and what each is counted in.

use super::SET;
use crate::Error;
use reference::{Reference, criteria::IndicatorTest};

/// The indicators that units observe: those that follow from the poverty registry are left out.
#[derive(Debug)]
pub(super) struct Indicators {
    /// The column whose levels count.
    pub(super) column: String,
    list: Vec<Indicator>,
}

/// An indicator that units observe.
#[derive(Debug)]
pub(super) struct Indicator {
    pub(super) criterion: u8,
    pub(super) code: String,
    pub(super) test: IndicatorTest,
    pub(super) both_sexes: bool,
    /// There may be nothing to which it applies.
    pub(super) conditional: bool,
    pub(super) base: Base,
    /// Index among the indicators of its criterion, and how many these are.
    pub(super) place: (u32, u32),
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Base {
    Households,
    Villages,
    /// So many in a thousand persons.
    Persons(u32),
    /// So many, from the first number to the second.
    Things(u32, u32),
}

impl Indicators {
    pub(super) fn of(reference: &Reference) -> Result<Self, Error> {
        let missing = || Error::Criteria(format!("set {SET} with its criteria and a column is needed"));
        let set = reference.criteria.get(SET).ok_or_else(missing)?;
        let column = set.columns.first().ok_or_else(missing)?.clone();
        let mut list = Vec::new();
        for criterion in &set.criteria {
            let observed =
                || criterion.indicators.iter().filter(|indicator| indicator.derived_from.is_none());
            // Invariant: sets have far fewer criteria and indicators than these numbers can count.
            let count = observed().count() as u32;
            for (at, indicator) in (0..).zip(observed()) {
                list.push(Indicator {
                    criterion: criterion.number as u8,
                    code: indicator.code.clone(),
                    test: indicator.test.clone(),
                    both_sexes: indicator.both_sexes,
                    conditional: indicator.applicable_if.is_some(),
                    base: base(&indicator.code),
                    place: (at, count),
                });
            }
        }
        if list.is_empty() || list.len() > 250 { Err(missing()) } else { Ok(Self { column, list }) }
    }

    pub(super) fn count(&self) -> u8 {
        // Invariant: the constructor refuses more.
        self.list.len() as u8
    }

    pub(super) fn get(&self, indicator: u8) -> &Indicator {
        &self.list[usize::from(indicator)]
    }
}

/// Kilometres, hectares, tonnes, farms: plausible sizes, all invented.
fn base(code: &str) -> Base {
    match code {
        "4.2" | "9.1" | "9.2" | "17.1" | "17.8" | "17.11" => Base::Households,
        "6.3" | "16" => Base::Villages,
        "10" | "15.4" | "17.4" => Base::Persons(1000),
        "12.1" | "12.2" => Base::Persons(270),
        "14.2" => Base::Persons(9),
        "15.1" => Base::Persons(495),
        "15.3" => Base::Persons(95),
        "2.1" => Base::Things(6, 25),
        "2.2" | "2.3" | "2.4" => Base::Things(8, 60),
        "3.1" => Base::Things(300, 1500),
        "5" => Base::Things(3, 7),
        "17.2" | "17.10" => Base::Things(8, 60),
        "17.9" => Base::Things(10, 90),
        "18.3" => Base::Things(5, 5),
        _ => Base::Things(40, 400),
    }
}
