//! What a unit observes of an indicator: values that fit its size, better from year to year, and in keeping with what is
//! officially found, but for a few that fall short of what was signed.

use super::{
    Rural,
    indicators::{Base, Indicator},
    rounds::{ROUNDS, RoundNumber},
    subjects::Subject,
};
use crate::dice::{Dice, Purpose};
use api::rural::{BySex, Fraction, ObservedValue, Part, Parts, observed_value::Value};
use kernel::Ratio;
use reference::criteria::{Bound, IndicatorTest, Levels};

/// One observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Observation {
    pub(crate) round: RoundNumber,
    /// By number.
    pub(crate) subject: u16,
    /// By number.
    pub(crate) indicator: u8,
    pub(crate) version: Version,
}

/// How an observation becomes known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// On the day of its round.
    First,
    /// Later, after the assessment.
    Late,
    /// In the place of one that was wrong.
    Corrected,
}

/// Of a thousand observations: never made, late, and corrected.
const MISSING: u32 = 14;
const LATE: u32 = 9;
const CORRECTED: u32 = 6;
/// Of a thousand indicators of criteria that are officially met: short of their level.
const SHORT: u32 = 28;

/// What the value is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    Met,
    NotMet,
    /// Short of the level by as little as can be.
    Short,
}

/// How good a value is within what its aim allows, in thousandths.
type Quality = i64;

impl Rural {
    pub(super) fn is_made(&self, observation: Observation) -> bool {
        let fate = self.dice(observation, 0).below(1000);
        let late = MISSING..MISSING + LATE;
        let corrected = MISSING + LATE..MISSING + LATE + CORRECTED;
        match observation.version {
            Version::First => fate >= MISSING && !late.contains(&fate),
            Version::Late => late.contains(&fate),
            Version::Corrected => corrected.contains(&fate),
        }
    }

    /// Whether it will be corrected.
    fn is_wrong(&self, observation: Observation) -> bool {
        observation.version == Version::First
            && self.is_made(Observation { version: Version::Corrected, ..observation })
    }

    /// The value of the observation.
    pub(super) fn value(&self, observation: Observation) -> Value {
        let Observation { round, subject, indicator, .. } = observation;
        let (subject, indicator) = (self.subjects.get(subject), self.indicators.get(indicator));
        // Whether there is anything to which it applies does not change from year to year.
        let mut lasting = self.dice(Observation { round: 0, ..observation }, 1);
        if indicator.conditional && lasting.chance(820) {
            return Value::NotApplicable("Xã không có làng nghề".to_owned());
        }
        let aim = self.aim(observation, subject, indicator);
        let quality = Quality::from(lasting.between(120, 700)) + 45 * Quality::from(round);
        let value = self.draw(&mut lasting, observation, aim, quality);
        if self.is_wrong(observation) { mistaken(value) } else { value }
    }

    fn aim(&self, observation: Observation, subject: &Subject, indicator: &Indicator) -> Aim {
        let Observation { round, .. } = observation;
        if subject.meets(indicator.criterion, round) {
            return if self.dice(observation, 2).chance(SHORT) { Aim::Short } else { Aim::Met };
        }
        // One indicator keeps the criterion from being met, the same every year; others may fail beside it.
        let (place, count) = indicator.place;
        let of_criterion = Observation { round: 0, indicator: indicator.criterion, ..observation };
        let failing = self.dice(of_criterion, 3).below(count);
        let alone = !self.dice(Observation { round: 0, ..observation }, 4).chance(300);
        if place != failing && alone { Aim::Met } else { Aim::NotMet }
    }

    fn draw(&self, lasting: &mut Dice, observation: Observation, aim: Aim, quality: Quality) -> Value {
        let (subject, indicator) =
            (self.subjects.get(observation.subject), self.indicators.get(observation.indicator));
        let year = ROUNDS[usize::from(observation.round)].year;
        let level =
            |levels: &Levels| levels.level(Some(&self.indicators.column), year).map(|level| level.value);
        let base = counted(lasting, indicator.base, subject);
        match &indicator.test {
            IndicatorTest::YesNo => Value::JudgedMet(aim == Aim::Met),
            IndicatorTest::Share(bound, levels) if indicator.both_sexes => {
                let men = base / 2 + base % 2;
                let level = level(levels);
                // Where one sex falls short it is that of the women.
                let of_men = if aim == Aim::Short { Aim::Met } else { aim };
                Value::BySex(BySex {
                    men: Some(share(men, *bound, level, of_men, quality)),
                    women: Some(share((base / 2).max(1), *bound, level, aim, quality - 60)),
                })
            }
            IndicatorTest::Share(bound, levels) => {
                Value::Share(share(base, *bound, level(levels), aim, quality))
            }
            IndicatorTest::Value(_, levels) => Value::Mean(mean(base, level(levels), aim, quality)),
            IndicatorTest::ZeroCount => Value::Count(match aim {
                Aim::Met => 0,
                Aim::Short => 1,
                Aim::NotMet => 1 + base * (1000 - quality) / 40_000,
            }),
            IndicatorTest::Pair(parts) => {
                let of = |(at, part): (usize, &reference::criteria::PairPart)| Part {
                    part: part.part.clone(),
                    share: Some(share(
                        base,
                        part.bound,
                        level(&part.levels),
                        // Where the pair falls short, its last part does.
                        if aim == Aim::Short && at + 1 < parts.len() { Aim::Met } else { aim },
                        quality / (1 + at as i64),
                    )),
                };
                Value::Parts(Parts { parts: parts.iter().enumerate().map(of).collect() })
            }
        }
    }

    /// Draws that belong to the unit and the indicator in that round.
    fn dice(&self, observation: Observation, purpose: u64) -> Dice {
        let Observation { round, subject, indicator, .. } = observation;
        let index = purpose << 40 | u64::from(round) << 32 | u64::from(subject) << 16 | u64::from(indicator);
        Dice::new(self.seed, Purpose::Observations, index)
    }
}

/// The value as a message.
pub(super) fn message(value: Value) -> Option<ObservedValue> {
    Some(ObservedValue { value: Some(value) })
}

/// What is there to be counted; at least one.
fn counted(dice: &mut Dice, base: Base, subject: &Subject) -> i64 {
    let count = match base {
        Base::Households => subject.households,
        Base::Villages => subject.villages,
        Base::Persons(per_mille) => subject.persons * u64::from(per_mille) / 1000,
        Base::Things(least, most) => u64::from(dice.between(least, most)),
    };
    // Invariant: communes have far fewer people than 63 bits can count.
    count.max(1) as i64
}

/// A share of `whole` that says what it is to say. Without a level it says nothing and only grows.
fn share(whole: i64, bound: Bound, level: Option<Ratio>, aim: Aim, quality: Quality) -> Fraction {
    let quality = quality.clamp(0, 1000);
    let part = match (level, bound) {
        (None, _) => whole * (400 + quality * 6 / 10) / 1000,
        (Some(level), Bound::AtLeast) => {
            let least = times(whole, level, Rounding::Up).min(whole);
            match aim {
                Aim::Met => least + (whole - least) * quality / 1000,
                Aim::Short => (least - 1).max(0),
                Aim::NotMet => ((least - 1) * (450 + quality / 2) / 1000).max(0),
            }
        }
        (Some(level), Bound::AtMost) => {
            let most = times(whole, level, Rounding::Down).min(whole);
            match aim {
                Aim::Met => most * (1000 - quality * 6 / 10) / 1000,
                Aim::Short => (most + 1).min(whole),
                Aim::NotMet => (most + 1 + (whole - most) * (1000 - quality) / 4000).min(whole),
            }
        }
    };
    Fraction { numerator: part, denominator: whole }
}

/// A sum over `over` things that is at least the level for each of them, or is not.
fn mean(over: i64, level: Option<Ratio>, aim: Aim, quality: Quality) -> Fraction {
    let level = level.unwrap_or(Ratio::whole(1));
    let least = times(over, level, Rounding::Up);
    let sum = match aim {
        Aim::Met => least + least * quality.clamp(0, 1000) / 7000,
        Aim::Short => least - least / 500 - 1,
        Aim::NotMet => least * (520 + quality.clamp(0, 1000) * 4 / 10) / 1000 - 1,
    };
    Fraction { numerator: sum.max(0), denominator: over }
}

#[derive(Clone, Copy)]
enum Rounding {
    Up,
    Down,
}

/// The whole times the level; levels are not negative.
fn times(whole: i64, level: Ratio, rounding: Rounding) -> i64 {
    let (p, q) = (i128::from(level.numerator()), i128::from(level.denominator()));
    let product = i128::from(whole) * p;
    let rounded = match rounding {
        Rounding::Up => (product + q - 1) / q,
        Rounding::Down => product / q,
    };
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

/// The same value with a slip of the pen.
fn mistaken(value: Value) -> Value {
    let fewer = |fraction: Fraction| Fraction { numerator: fraction.numerator * 85 / 100, ..fraction };
    match value {
        Value::JudgedMet(met) => Value::JudgedMet(!met),
        Value::Share(share) => Value::Share(fewer(share)),
        Value::Mean(mean) => Value::Mean(fewer(mean)),
        Value::Count(count) => Value::Count(count + 2),
        Value::BySex(BySex { men, women }) => Value::BySex(BySex { men, women: women.map(fewer) }),
        Value::Parts(Parts { parts }) => {
            let fewer = |part: Part| Part { share: part.share.map(fewer), ..part };
            Value::Parts(Parts { parts: parts.into_iter().map(fewer).collect() })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_share_is_a_share_and_says_what_it_is_to_say(
            whole in 1_i64..5000, percent in 1_i64..=100, quality in 0_i64..1200, at_least: bool,
        ) {
            let level = Ratio::new(percent, 100).unwrap();
            let bound = if at_least { Bound::AtLeast } else { Bound::AtMost };
            for aim in [Aim::Met, Aim::NotMet, Aim::Short] {
                let Fraction { numerator, denominator } = share(whole, bound, Some(level), aim, quality);
                prop_assert!((0..=denominator).contains(&numerator) && denominator == whole);
                let holds = bound.holds(Ratio::new(numerator, denominator).unwrap(), level);
                // A level of 100 % at most cannot be missed.
                let can_fail = at_least || percent < 100;
                prop_assert_eq!(holds, aim == Aim::Met || !can_fail, "{:?} {}/{}", aim, numerator, denominator);
            }
        }

        #[test]
        fn a_mean_says_what_it_is_to_say(over in 1_i64..9000, level in 1_i64..60_000_000, quality in 0_i64..1000) {
            for aim in [Aim::Met, Aim::NotMet, Aim::Short] {
                let Fraction { numerator, denominator } = mean(over, Some(Ratio::whole(level)), aim, quality);
                prop_assert!(numerator >= 0 && denominator == over);
                prop_assert_eq!(numerator >= level * over, aim == Aim::Met);
            }
        }
    }
}
