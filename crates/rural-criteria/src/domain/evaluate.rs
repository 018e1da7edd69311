//! Holds values against levels by the written rule: exact, total, and never raised by what somebody judged.
//!
//! A level that is not configured is never met and never zero, a missing value is never zero, and nothing is rounded before
//! it is compared. A state is one of [`State`]; *basically met* (cơ bản đạt) is no state of the rule.

use super::Officials;
use events::rural::{CriterionAssessed, Fraction, IndicatorAssessed, Judgement, Observed, State};
use kernel::{ObservationId, Ratio};
use reference::criteria::{Bound, CriteriaSet, Criterion, CriterionIndicator, IndicatorTest, PairPart};
use std::collections::BTreeMap;

/// The levels of an indicator, by part; the part is empty where there is only one.
pub type PartLevels = BTreeMap<String, Ratio>;

/// A value with the observation that it was taken from.
#[derive(Clone, Debug)]
pub struct Used<'a> {
    /// The observation; `None` where the value was read elsewhere and not recorded.
    pub observation: Option<ObservationId>,
    /// The value.
    pub value: &'a Observed,
}

/// Every criterion of the set, on the levels of that column and year. `value_of` tells the value of an indicator.
///
/// The official results stand beside the strict ones. The only thing they change is a yes/no indicator that was judged
/// "basically met": by the rule that is not met.
pub fn evaluate<'a>(
    set: &CriteriaSet,
    column: Option<&str>,
    year: i16,
    official: &Officials,
    value_of: impl Fn(&CriterionIndicator) -> Option<Used<'a>>,
) -> Vec<CriterionAssessed> {
    let indicator = |indicator: &CriterionIndicator| {
        let used = value_of(indicator);
        let levels = levels(indicator, column, year);
        let judged = official.indicators.get(&indicator.code);
        let short = judged.is_some_and(|judged| judged.state == Judgement::BasicallyMet);
        let strict = match &indicator.test {
            IndicatorTest::YesNo if short => State::NotMet,
            _ => judge(indicator, &levels, used.as_ref().map(|used| used.value)),
        };
        IndicatorAssessed {
            code: indicator.code.clone(),
            strict,
            official: judged.cloned(),
            observation: used.and_then(|used| used.observation),
            levels,
        }
    };
    let criterion = |criterion: &Criterion| {
        let indicators: Vec<_> = criterion.indicators.iter().map(indicator).collect();
        CriterionAssessed {
            number: criterion.number,
            strict: roll_up(indicators.iter().map(|indicator| indicator.strict)),
            official: official.criteria.get(&criterion.number).cloned(),
            indicators,
        }
    };
    set.criteria.iter().map(criterion).collect()
}

/// The levels of that column and year, as far as they are configured.
pub fn levels(indicator: &CriterionIndicator, column: Option<&str>, year: i16) -> PartLevels {
    match &indicator.test {
        IndicatorTest::YesNo | IndicatorTest::ZeroCount => PartLevels::new(),
        IndicatorTest::Share(_, levels) | IndicatorTest::Value(_, levels) => {
            levels.level(column, year).map(|level| (String::new(), level.value)).into_iter().collect()
        }
        IndicatorTest::Pair(parts) => parts
            .iter()
            .filter_map(|part| Some((part.part.clone(), part.levels.level(column, year)?.value)))
            .collect(),
    }
}

/// The state of an indicator by the written rule.
pub fn judge(indicator: &CriterionIndicator, levels: &PartLevels, value: Option<&Observed>) -> State {
    if matches!(value, Some(Observed::NotApplicable(_))) && indicator.applicable_if.is_some() {
        return State::NotApplicable;
    }
    match (&indicator.test, value) {
        (IndicatorTest::YesNo, Some(Observed::Judged(true))) => State::Met,
        (IndicatorTest::YesNo, Some(Observed::Judged(false))) => State::NotMet,
        (IndicatorTest::YesNo, _) => State::NotAssessed,
        (IndicatorTest::ZeroCount, Some(Observed::Count(0))) => State::Met,
        (IndicatorTest::ZeroCount, Some(Observed::Count(_))) => State::NotMet,
        (IndicatorTest::ZeroCount, _) => State::NoData,
        _ => roll_up(comparisons(indicator, levels, value).iter().map(Comparison::state)),
    }
}

/// One state of several: what fails fails the whole, then what is missing leaves it open, in this order; what does not
/// apply counts only where nothing else is there. Of nothing at all: not assessed.
pub fn roll_up(states: impl IntoIterator<Item = State>) -> State {
    let weight = |state: &State| match state {
        State::NotMet => 4,
        State::NoData => 3,
        State::NotAssessed => 2,
        State::Met => 1,
        State::NotApplicable => 0,
    };
    states.into_iter().max_by_key(weight).unwrap_or(State::NotAssessed)
}

/// One value against one level.
#[derive(Clone, Debug)]
pub(super) struct Comparison<'a> {
    pub(super) part: Part<'a>,
    pub(super) bound: Bound,
    pub(super) level: Option<Ratio>,
    pub(super) value: Option<Measured>,
}

/// What part of an indicator is compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'a> {
    Whole,
    Men,
    Women,
    Named(&'a PairPart),
}

/// A value that can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Measured {
    Counted(Fraction),
    Percent(Ratio),
}

impl Measured {
    /// The exact value; `None` for what cannot be: a denominator of zero is no data.
    pub(super) fn ratio(self) -> Option<Ratio> {
        match self {
            Self::Counted(Fraction { n, d }) => Ratio::new(n, d).ok(),
            Self::Percent(percent) => {
                Ratio::new(percent.numerator(), percent.denominator().checked_mul(100)?).ok()
            }
        }
    }
}

impl Comparison<'_> {
    fn state(&self) -> State {
        let Some(level) = self.level else { return State::NotAssessed };
        match self.value.and_then(Measured::ratio) {
            None => State::NoData,
            Some(value) if self.bound.holds(value, level) => State::Met,
            Some(_) => State::NotMet,
        }
    }
}

/// Everything that is compared for the indicator; nothing for a yes or no and a count.
pub(super) fn comparisons<'a>(
    indicator: &'a CriterionIndicator,
    levels: &PartLevels,
    value: Option<&Observed>,
) -> Vec<Comparison<'a>> {
    match &indicator.test {
        IndicatorTest::YesNo | IndicatorTest::ZeroCount => Vec::new(),
        IndicatorTest::Share(bound, _) if indicator.both_sexes => {
            let level = levels.get("").copied();
            let (men, women) = match value {
                Some(Observed::BySex { men, women }) => (Some(*men), Some(*women)),
                _ => (None, None),
            };
            let compared = |(part, value): (Part<'a>, Option<Fraction>)| {
                let value = value.map(Measured::Counted);
                Comparison { part, bound: *bound, level, value }
            };
            [(Part::Men, men), (Part::Women, women)].map(compared).into()
        }
        IndicatorTest::Share(bound, _) => {
            let value = match value {
                Some(Observed::Share(share)) => Some(Measured::Counted(*share)),
                Some(Observed::ReportedPercent(percent)) => Some(Measured::Percent(*percent)),
                _ => None,
            };
            vec![Comparison { part: Part::Whole, bound: *bound, level: levels.get("").copied(), value }]
        }
        IndicatorTest::Value(bound, _) => {
            let value = match value {
                Some(Observed::Mean(mean)) => Some(Measured::Counted(*mean)),
                _ => None,
            };
            vec![Comparison { part: Part::Whole, bound: *bound, level: levels.get("").copied(), value }]
        }
        IndicatorTest::Pair(parts) => {
            let of_part = |part: &'a PairPart| Comparison {
                part: Part::Named(part),
                bound: part.bound,
                level: levels.get(&part.part).copied(),
                value: match value {
                    Some(Observed::Parts(given)) => given.get(&part.part).copied().map(Measured::Counted),
                    _ => None,
                },
            };
            parts.iter().map(of_part).collect()
        }
    }
}
