//! What the results of a set add up to, and where the strict and the official ones differ.

use super::evaluate::roll_up;
use events::rural::{CriterionAssessed, Fraction, Judgement, OfficialState, State};
use std::collections::BTreeMap;

/// What competent bodies judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Officials {
    /// By number of the criterion.
    pub criteria: BTreeMap<u16, OfficialState>,
    /// By code of the indicator.
    pub indicators: BTreeMap<String, OfficialState>,
}

impl Officials {
    /// Those that an assessment recorded.
    pub fn of(assessed: &[CriterionAssessed]) -> Self {
        let mut officials = Self::default();
        for criterion in assessed {
            if let Some(official) = &criterion.official {
                officials.criteria.insert(criterion.number, official.clone());
            }
            for indicator in &criterion.indicators {
                if let Some(official) = &indicator.official {
                    officials.indicators.insert(indicator.code.clone(), official.clone());
                }
            }
        }
        officials
    }
}

/// The results of a set in numbers. What does not apply is told apart: "k of 19" counts what applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Criteria that apply.
    pub applicable: i64,
    /// Of these met by the written rule.
    pub strict_met: i64,
    /// Criteria that competent bodies judged.
    pub judged: i64,
    /// Of these judged met.
    pub official_met: i64,
    /// Of the whole set by the written rule: met only if every criterion that applies is.
    pub strict: State,
}

impl Tally {
    /// Adds the criteria up.
    pub fn of(assessed: &[CriterionAssessed]) -> Self {
        let number_of = |counted: fn(&CriterionAssessed) -> bool| {
            i64::try_from(assessed.iter().filter(|criterion| counted(criterion)).count()).unwrap_or(i64::MAX)
        };
        Self {
            applicable: number_of(|it| it.strict != State::NotApplicable),
            strict_met: number_of(|it| it.strict == State::Met),
            judged: number_of(|it| it.official.is_some()),
            official_met: number_of(|it| {
                it.official.as_ref().is_some_and(|official| official.state == Judgement::Met)
            }),
            strict: roll_up(assessed.iter().map(|criterion| criterion.strict)),
        }
    }

    /// Criteria met by the written rule, of those that apply; `None` where none does.
    pub fn strict_share(&self) -> Option<Fraction> {
        (self.applicable > 0).then_some(Fraction { n: self.strict_met, d: self.applicable })
    }

    /// Criteria judged met, of those judged; `None` where none was.
    pub fn official_share(&self) -> Option<Fraction> {
        (self.judged > 0).then_some(Fraction { n: self.official_met, d: self.judged })
    }
}

/// What a difference is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultOf {
    /// The set as a whole.
    Set,
    /// A criterion, by number.
    Criterion(u16),
    /// An indicator, by code.
    Indicator(String),
}

/// A strict and an official result that do not say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub of: ResultOf,
    /// By the written rule.
    pub strict: State,
    /// As it was judged.
    pub official: Judgement,
}

/// Where strict and official results differ: at the set, which is officially met where it was recognised, then at the
/// criteria, then at the indicators.
pub fn differences(assessed: &[CriterionAssessed], recognised: bool) -> Vec<Difference> {
    let differing = |of: ResultOf, strict: State, official: Option<Judgement>| {
        let official = official.filter(|official| !same(strict, *official))?;
        Some(Difference { of, strict, official })
    };
    let judged = |official: &Option<OfficialState>| official.as_ref().map(|official| official.state);
    let set = differing(ResultOf::Set, Tally::of(assessed).strict, recognised.then_some(Judgement::Met));
    let criteria = assessed.iter().filter_map(|criterion| {
        differing(ResultOf::Criterion(criterion.number), criterion.strict, judged(&criterion.official))
    });
    let indicators = assessed.iter().flat_map(|criterion| &criterion.indicators).filter_map(|indicator| {
        let of = ResultOf::Indicator(indicator.code.clone());
        differing(of, indicator.strict, judged(&indicator.official))
    });
    set.into_iter().chain(criteria).chain(indicators).collect()
}

/// Whether both say the same. That nothing was judged and that the value is missing both say that it is not known.
const fn same(strict: State, official: Judgement) -> bool {
    matches!(
        (strict, official),
        (State::Met, Judgement::Met)
            | (State::NotMet, Judgement::NotMet)
            | (State::NotApplicable, Judgement::NotApplicable)
            | (State::NotAssessed | State::NoData, Judgement::NotAssessed)
    )
}
