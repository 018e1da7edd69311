//! What a review could have measured so that the standard gives the planned class: points or income, and deprivations.

use crate::{
    Error,
    dice::{Dice, Purpose},
};
use kernel::{AreaType, Money, PovertyClass};
use reference::{IncomeMeasure, Standard};

/// One review of one household.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) household: u32,
    /// Number of the review, for the draws that differ from year to year.
    pub(crate) review: u8,
    pub(crate) class: PovertyClass,
    pub(crate) area_type: AreaType,
    /// The unit became urban or rural since the last review: the class changed with it, not with life.
    pub(crate) flipped: bool,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) income: IncomeMeasure,
    /// One for each indicator, in the order of the standard.
    pub(crate) deprived: Vec<bool>,
}

/// Draws answers and proves by the standard's own rule that they give the planned class.
pub(crate) fn draw(seed: u64, standard: &Standard, case: Case) -> Result<Answers, Error> {
    let mut dice = Dice::new(seed, Purpose::Answers, u64::from(case.household) << 8 | u64::from(case.review));
    let least = standard.deprivation_cutoff.at_least;
    let (income, count) = match &standard.score_cutoffs {
        Some(cutoffs) => (
            points(&mut dice, case, cutoffs.b1_max.of(case.area_type)),
            deprivations(&mut dice, case.class, least),
        ),
        None => by_income(&mut dice, standard, case, least)?,
    };
    let deprived = which(seed, case.household, count.min(standard.indicators.len()), standard);
    let found = standard
        .classify(case.area_type, income, count)
        .map_err(|error| Error::Answers(error.to_string()))?;
    if found.class == case.class {
        Ok(Answers { income, deprived })
    } else {
        Err(Error::Answers(format!("{:?} was planned, but {} was found", case.class, found.rule)))
    }
}

/// Totals of form B1 around the limit, about as wide as reviewers report them [unverified].
fn points(dice: &mut Dice, case: Case, limit: u32) -> IncomeMeasure {
    let near_the_other_limit = case.flipped;
    let score = match case.class {
        PovertyClass::Poor | PovertyClass::NearPoor if near_the_other_limit => limit - dice.below(30),
        PovertyClass::Poor => limit - dice.below(limit * 55 / 100),
        PovertyClass::NearPoor => limit - dice.below(limit * 40 / 100),
        PovertyClass::NotPoor if near_the_other_limit => limit + dice.between(1, 35),
        PovertyClass::NotPoor => limit + dice.between(1, 60),
    };
    IncomeMeasure::B1Score(score)
}

fn deprivations(dice: &mut Dice, class: PovertyClass, least: usize) -> usize {
    match class {
        PovertyClass::Poor => least + dice.weighted(&[46, 30, 15, 7, 2]),
        PovertyClass::NearPoor => least.saturating_sub(1 + dice.weighted(&[60, 28, 12])),
        PovertyClass::NotPoor => dice.weighted(&[40, 28, 18, 10, 4]),
    }
}

/// Income in tens of thousands of đồng. Decision 59/2015: poor up to the lower line, or up to the upper one with enough
/// deprivations.
fn by_income(
    dice: &mut Dice,
    standard: &Standard,
    case: Case,
    least: usize,
) -> Result<(IncomeMeasure, usize), Error> {
    const STEP: i64 = 10_000;
    let line = |id: &str| -> Result<u32, Error> {
        let line = standard.income_line(id).map(|line| line.amount.of(case.area_type).dong() / STEP);
        line.and_then(|steps| u32::try_from(steps).ok())
            .ok_or_else(|| Error::Answers(format!("standard {} has no income line '{id}'", standard.id)))
    };
    let (lower, upper) = (line("lower")?, line("upper")?);
    let steps = match case.class {
        PovertyClass::Poor if dice.chance(700) => dice.between(lower / 3, lower),
        PovertyClass::Poor | PovertyClass::NearPoor => dice.between(lower + 1, upper),
        PovertyClass::NotPoor => dice.between(upper + 1, upper * 2),
    };
    let count = deprivations(dice, case.class, least);
    Ok((IncomeMeasure::IncomePerPersonMonth(Money::from_dong(i64::from(steps) * STEP)), count))
}

/// Which indicators: the same ones come first for a household in every review, so that they last as they do in life.
fn which(seed: u64, household: u32, count: usize, standard: &Standard) -> Vec<bool> {
    let mut dice = Dice::new(seed, Purpose::Answers, u64::from(household) << 8 | 0xFF);
    let mut weights: Vec<u32> =
        standard.indicators.iter().map(|indicator| frequency(&indicator.code)).collect();
    let mut deprived = vec![false; weights.len()];
    for _ in 0..count {
        let at = dice.weighted(&weights);
        deprived[at] = true;
        weights[at] = 0;
    }
    deprived
}

/// How often households lack it, against the other indicators (invented).
fn frequency(indicator: &str) -> u32 {
    match indicator {
        "hygienic_toilet" => 30,
        "employment" | "adult_education" | "housing_quality" => 22,
        "telecommunication" | "housing_area" => 16,
        "clean_water" | "dependent_person" => 12,
        "nutrition" | "information_access_assets" => 9,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reference::Reference;

    #[test]
    fn the_standard_gives_the_planned_class_in_every_case() {
        let reference = Reference::embedded().unwrap();
        for (review, standard) in [(0, "QD59-2015"), (1, "ND07-2021")] {
            let standard = reference.standards.get(standard).unwrap();
            for household in 0..300 {
                for class in [PovertyClass::Poor, PovertyClass::NearPoor, PovertyClass::NotPoor] {
                    for area_type in [AreaType::Rural, AreaType::Urban] {
                        for flipped in [false, true] {
                            let case = Case { household, review, class, area_type, flipped };
                            let answers = draw(1, standard, case).unwrap();
                            assert_eq!(answers.deprived.len(), standard.indicators.len());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_a_household_lacks_it_lacks_again_next_year() {
        let reference = Reference::embedded().unwrap();
        let standard = reference.standards.get("ND07-2021").unwrap();
        let (fewer, more) = (which(1, 7, 3, standard), which(1, 7, 5, standard));
        assert!(fewer.iter().zip(&more).all(|(fewer, more)| !fewer || *more), "the first three stay");
        assert_eq!(more.iter().filter(|deprived| **deprived).count(), 5);
    }
}
