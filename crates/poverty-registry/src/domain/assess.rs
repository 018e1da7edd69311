//! What a review found and the class that follows from it. The effective day decides the standard, the unit and its area
//! type, never the clock: one survey may be read under two standards.

use super::rejection::IncomeMeasure;
use super::{Answer, Context, Household, Measured, RecordAssessment, Rejection, places};
use events::poverty::{HouseholdAssessed, Income, PovertyEvent};
use kernel::Money;
use reference::standards::{self, Standard};
use std::collections::HashSet;

/// Above any total of form B1; a larger one is a slip of the pen.
const B1_SCORE_MAX: i64 = 1_000;

/// Above any household on these lists.
const INCOME_PER_PERSON_MONTH_MAX: Money = Money::from_dong(1_000_000_000);

/// The fact that follows from a review's findings.
pub(super) fn assess(
    household: &Household,
    command: &RecordAssessment,
    context: Context<'_>,
) -> Result<PovertyEvent, Rejection> {
    let day = command.effective;
    let Some(standard) = context.reference.standards.in_force(day) else {
        return Err(Rejection::NoStandard(day));
    };
    if household.assessment_on(day, &standard.id).is_some() {
        return Err(Rejection::AssessmentExists { effective: day, standard: standard.id.clone() });
    }
    let Some(residence) = household.residence_on(day) else {
        return Err(Rejection::BeforeRegistration { effective: day, registered: household.registered });
    };
    let commune = places::commune_on(residence, day, context)?;
    let not_placed = || Rejection::ResidenceNotPlaced { recorded: residence.commune.clone(), day };
    let area_type = commune.area_type().ok_or_else(not_placed)?;
    let income = income(standard, command.income)?;
    let deprived = deprived(standard, &command.answers)?;
    let measure = match income {
        Income::B1Score(points) => standards::IncomeMeasure::B1Score(points),
        Income::IncomePerPersonMonth(amount) => standards::IncomeMeasure::IncomePerPersonMonth(amount),
    };
    let classified = standard
        .classify(area_type, measure, deprived.len())
        .map_err(|_| Rejection::IncomeMissing { standard: standard.id.clone(), needed: needed(standard) })?;
    Ok(PovertyEvent::HouseholdAssessed(HouseholdAssessed {
        household: household.id,
        assessment: command.assessment,
        standard: standard.id.clone(),
        commune: commune.key.clone(),
        area_type,
        income,
        deprived,
        b2_score: classified.b2_score,
        class: classified.class,
    }))
}

/// Standards with score cut-offs ask for the total of form B1, the others for the income (Circular 07/2021/TT-BLĐTBXH).
fn needed(standard: &Standard) -> IncomeMeasure {
    if standard.score_cutoffs.is_some() { IncomeMeasure::Score } else { IncomeMeasure::PerPersonMonth }
}

fn income(standard: &Standard, measured: Option<Measured>) -> Result<Income, Rejection> {
    let needed = needed(standard);
    let id = || standard.id.clone();
    match (needed, measured) {
        (_, None) => Err(Rejection::IncomeMissing { standard: id(), needed }),
        (IncomeMeasure::Score, Some(Measured::B1Score(points))) => {
            let out_of_range = Rejection::ScoreOutOfRange { points, max: B1_SCORE_MAX, standard: id() };
            match u32::try_from(points) {
                Err(_) => Err(Rejection::NegativeScore(points)),
                Ok(_) if points > B1_SCORE_MAX => Err(out_of_range),
                Ok(points) => Ok(Income::B1Score(points)),
            }
        }
        (IncomeMeasure::PerPersonMonth, Some(Measured::IncomePerPersonMonth(amount))) => {
            if amount < Money::ZERO {
                return Err(Rejection::NegativeIncome(amount));
            }
            if amount > INCOME_PER_PERSON_MONTH_MAX {
                let max = INCOME_PER_PERSON_MONTH_MAX;
                return Err(Rejection::IncomeOutOfRange { amount, max, standard: id() });
            }
            Ok(Income::IncomePerPersonMonth(amount))
        }
        (_, Some(_)) => Err(Rejection::IncomeMeasureWrong { standard: id(), needed }),
    }
}

/// The indicators in which the household is deprived, in the order of the standard. Every indicator must be answered
/// exactly once: a missing answer is unknown, never "not deprived".
fn deprived(standard: &Standard, answers: &[Answer]) -> Result<Vec<String>, Rejection> {
    let mut answered = HashSet::new();
    let mut deprived = HashSet::new();
    for (index, Answer { indicator, deprived: is_deprived }) in answers.iter().enumerate() {
        let Some(known) = standard.indicator(indicator) else {
            let (indicator, standard) = (indicator.clone(), standard.id.clone());
            return Err(Rejection::UnknownIndicator { indicator, standard, index });
        };
        if !answered.insert(known.code.as_str()) {
            return Err(Rejection::AnswerRepeated { indicator: indicator.clone(), index });
        }
        if *is_deprived {
            deprived.insert(known.code.as_str());
        }
    }
    let codes = || standard.indicators.iter().map(|indicator| indicator.code.as_str());
    let missing: Vec<String> = codes().filter(|code| !answered.contains(code)).map(str::to_owned).collect();
    if !missing.is_empty() {
        return Err(Rejection::AnswersMissing { standard: standard.id.clone(), missing });
    }
    Ok(codes().filter(|code| deprived.contains(code)).map(str::to_owned).collect())
}
