//! The class of a household under a standard, computed from the standard's pack alone.

use super::{Condition, ScoreCutoffs, Standard, class_name};
use kernel::{AreaType, Money, PovertyClass};

/// What was measured of a household's income.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncomeMeasure {
    /// Total of form B1, in points.
    B1Score(u32),
    /// Đồng per person and month.
    IncomePerPersonMonth(Money),
}

/// The class that a standard gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// The class.
    pub class: PovertyClass,
    /// Ten points (or what the standard says) for each deprivation; only under a standard with score cut-offs.
    pub b2_score: Option<u32>,
    /// The rule that decided, in words, with its cut-offs.
    pub rule: String,
    /// Whether the standard rests on anything that nobody has verified.
    pub provisional: bool,
}

/// Why a standard gives no class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotClassifiable {
    /// The standard has score cut-offs: it decides on points, not on income.
    #[error("standard {standard} decides on the B1 score: give the total of form B1, not the income")]
    B1ScoreRequired {
        /// The standard.
        standard: String,
    },
    /// No score cut-offs are known for the standard: it decides on income.
    #[error(
        "standard {standard} has no score cut-offs: give the income per person and month, not a B1 score"
    )]
    IncomeRequired {
        /// The standard.
        standard: String,
    },
    /// Income below zero.
    #[error("income of {income} per person and month is below zero")]
    NegativeIncome {
        /// What was given.
        income: Money,
    },
    /// More deprivations than the standard has indicators.
    #[error("{given} deprivations, but standard {standard} has {of} indicators")]
    TooManyDeprivations {
        /// The standard.
        standard: String,
        /// What was given.
        given: usize,
        /// The number of indicators.
        of: usize,
    },
}

impl Standard {
    /// The class of a household by its area type, its income (or the points that stand for it) and the number of
    /// indicators in which it is deprived. A standard with score cut-offs asks for the B1 score, one without for the income.
    pub fn classify(
        &self,
        area_type: AreaType,
        income: IncomeMeasure,
        deprivations: usize,
    ) -> Result<Classified, NotClassifiable> {
        if deprivations > self.indicators.len() {
            let of = self.indicators.len();
            return Err(NotClassifiable::TooManyDeprivations {
                standard: self.id.clone(),
                given: deprivations,
                of,
            });
        }
        let (class, b2_score, rule) = match (&self.score_cutoffs, income) {
            (Some(cutoffs), IncomeMeasure::B1Score(b1)) => by_score(cutoffs, area_type, b1, deprivations),
            (Some(_), IncomeMeasure::IncomePerPersonMonth(_)) => {
                return Err(NotClassifiable::B1ScoreRequired { standard: self.id.clone() });
            }
            (None, IncomeMeasure::B1Score(_)) => {
                return Err(NotClassifiable::IncomeRequired { standard: self.id.clone() });
            }
            (None, IncomeMeasure::IncomePerPersonMonth(income)) if income < Money::ZERO => {
                return Err(NotClassifiable::NegativeIncome { income });
            }
            (None, IncomeMeasure::IncomePerPersonMonth(income)) => {
                self.by_income(area_type, income, deprivations)
            }
        };
        Ok(Classified { class, b2_score, rule, provisional: !self.publishable() })
    }

    fn by_income(
        &self,
        area_type: AreaType,
        income: Money,
        deprivations: usize,
    ) -> (PovertyClass, Option<u32>, String) {
        let amount = |id: &str| self.income_line(id).map(|line| line.amount.of(area_type));
        let holds = |condition: &&Condition| {
            amount(&condition.income_up_to).is_some_and(|line| income <= line)
                && condition
                    .income_over
                    .as_deref()
                    .is_none_or(|id| amount(id).is_some_and(|line| income > line))
                && condition.deprivations_at_least.is_none_or(|least| deprivations >= least)
                && condition.deprivations_under.is_none_or(|limit| deprivations < limit)
        };
        let area = area_name(area_type);
        let decided = self.class_rules.iter().find_map(|rule| Some((rule, rule.any_of.iter().find(holds)?)));
        if let Some((rule, condition)) = decided {
            let words = self.condition_in_words(condition, area_type, income, deprivations);
            return (rule.class, None, format!("{} ({area}): {words}; {}", class_name(rule.class), self.id));
        }
        let highest = self
            .class_rules
            .iter()
            .flat_map(|rule| &rule.any_of)
            .filter_map(|condition| amount(&condition.income_up_to))
            .max();
        let words = match highest {
            Some(line) if income > line => format!("income {income} > {line}"),
            _ => {
                format!("income {income} and {deprivations} deprivations meet no condition of another class")
            }
        };
        (PovertyClass::NotPoor, None, format!("not_poor ({area}): {words}; {}", self.id))
    }

    fn condition_in_words(
        &self,
        condition: &Condition,
        area_type: AreaType,
        income: Money,
        deprivations: usize,
    ) -> String {
        let line = |id: &str| {
            self.income_line(id).map_or_else(|| id.to_owned(), |line| line.amount.of(area_type).to_string())
        };
        let mut words = match &condition.income_over {
            Some(over) => format!("{} < income {income} ≤ {}", line(over), line(&condition.income_up_to)),
            None => format!("income {income} ≤ {}", line(&condition.income_up_to)),
        };
        if let Some(least) = condition.deprivations_at_least {
            words.push_str(&format!(" and {deprivations} deprivations ≥ {least}"));
        }
        if let Some(limit) = condition.deprivations_under {
            words.push_str(&format!(" and {deprivations} deprivations < {limit}"));
        }
        words
    }
}

/// Poor and near-poor share one limit of B1; only B2 separates them (Circular 07/2021/TT-BLĐTBXH).
fn by_score(
    cutoffs: &ScoreCutoffs,
    area_type: AreaType,
    b1: u32,
    deprivations: usize,
) -> (PovertyClass, Option<u32>, String) {
    let b1_max = cutoffs.b1_max.of(area_type);
    let b2_min = cutoffs.b2_min_poor;
    let b2 = u32::try_from(deprivations).unwrap_or(u32::MAX).saturating_mul(cutoffs.b2_points_per_indicator);
    let (class, words) = if b1 > b1_max {
        (PovertyClass::NotPoor, format!("B1 {b1} > {b1_max}"))
    } else if b2 >= b2_min {
        (PovertyClass::Poor, format!("B1 {b1} ≤ {b1_max} and B2 {b2} ≥ {b2_min}"))
    } else {
        (PovertyClass::NearPoor, format!("B1 {b1} ≤ {b1_max} and B2 {b2} < {b2_min}"))
    };
    let rule = format!("{} ({}): {words}; {}", class_name(class), area_name(area_type), cutoffs.instrument);
    (class, Some(b2), rule)
}

const fn area_name(area_type: AreaType) -> &'static str {
    match area_type {
        AreaType::Rural => "rural",
        AreaType::Urban => "urban",
    }
}
