//! The one source of chance: a sequence of numbers fixed by the seed, a purpose and an index.
//!
//! It is SplitMix64 (Steele, Lea and Flood 2014): no secret depends on it, and its numbers are the same on every
//! machine and under every version of every library.

/// What a sequence of draws is for, so that no two purposes share their numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// Sizes and hardship of communes.
    Communes = 1,
    /// Villages and their dominant ethnic group.
    Villages,
    /// Village and ethnic group of a household.
    Household,
    /// How hard life is for a household, year in, year out.
    Hardship,
    /// What one year changed for a household.
    Luck,
    /// Size of a household.
    Size,
    /// Names, birth dates and sexes.
    Members,
    /// Births, deaths and marriages of a year.
    Changes,
    /// Moves of a year.
    Moves,
    /// Registrations of a year.
    Newcomers,
    /// Households reviewed without a result, or late.
    Reviews,
    /// Scores, incomes and deprivations.
    Answers,
    /// Which criteria are hard for a commune, and how far it comes in a year.
    Criteria,
    /// What a unit observed of an indicator.
    Observations,
    /// Which villages are recognised.
    VillageTitles,
    /// Works: who builds them, how large they are, when they move on.
    Works,
    /// Which households are supported.
    Supports,
    /// What people gave, and policy credit.
    Contributions,
}

/// A sequence of draws.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The sequence that belongs to the purpose and index under this seed.
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let purpose = scramble((purpose as u64).wrapping_mul(GOLDEN));
        Self(scramble(scramble(seed ^ purpose) ^ index.wrapping_mul(GOLDEN)))
    }

    /// A number from 0 to `bound - 1`; 0 where the bound is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let high = scramble(self.0) >> 32;
        // Invariant: both factors are below 2^32, so the shifted product is below `bound`.
        ((high * u64::from(bound)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True `per_mille` times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the choices, each as likely as the next; the choices must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u32) as usize]
    }

    /// An index into the weights, each as likely as its weight; the weights must not sum to zero.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return at;
            }
            left -= weight;
        }
        weights.len() - 1
    }

    /// `count` different numbers below `bound`, in the order drawn; all of them where there are not that many.
    pub(crate) fn sample(&mut self, bound: u32, count: usize) -> Vec<u32> {
        let mut seen = std::collections::HashSet::with_capacity(count);
        let count = count.min(bound as usize);
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count {
            let number = self.below(bound);
            if seen.insert(number) {
                drawn.push(number);
            }
        }
        drawn
    }
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_with_seed_purpose_and_index_and_differ_otherwise() {
        let draws = |seed, purpose, index| {
            let mut dice = Dice::new(seed, purpose, index);
            [0; 4].map(|_: u32| dice.below(u32::MAX))
        };
        assert_eq!(draws(1, Purpose::Luck, 7), draws(1, Purpose::Luck, 7));
        assert_ne!(draws(1, Purpose::Luck, 7), draws(2, Purpose::Luck, 7));
        assert_ne!(draws(1, Purpose::Luck, 7), draws(1, Purpose::Size, 7));
        assert_ne!(draws(1, Purpose::Luck, 7), draws(1, Purpose::Luck, 8));
    }

    #[test]
    fn draws_stay_in_their_bounds_and_reach_them() {
        let mut dice = Dice::new(1, Purpose::Luck, 0);
        let drawn: Vec<u32> = (0..1000).map(|_| dice.between(3, 5)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&3), Some(&5)));
        assert!((0..1000).all(|_| dice.weighted(&[0, 2, 0]) == 1));
        let mut all = dice.sample(10, 99);
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<u32>>());
    }
}
