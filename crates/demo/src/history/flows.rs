//! From one review under Decree 07/2021 to the next: how many of each commune leave and enter each class, and who.

use super::{Movements, Telling};
use crate::{
    apportion::{apportion, proportion},
    calibration::{Calibration, Review},
};
use kernel::PovertyClass;

/// Households reviewed on their own request that turn out to be in neither class, in thousandths of all.
const FILERS_PER_MILLE: u64 = 12;

/// Where a household stands between two reviews.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    listed: Option<PovertyClass>,
    ever_poor: bool,
}

impl Standing {
    /// The household is in this class from now on.
    pub(super) fn enter(&mut self, class: PovertyClass) {
        self.ever_poor |= class == PovertyClass::Poor;
        self.listed = (class != PovertyClass::NotPoor).then_some(class);
    }
}

/// How many poor each commune has, so that they sum to the total: the odds of being poor are scaled alike everywhere,
/// which keeps the order of the communes and every rate below 100 %.
pub(super) fn poor_targets(total: u64, households: &[u64], odds: &[u64]) -> Vec<u64> {
    const MILLION: u128 = 1_000_000;
    // Expected poor in millionths of a household, when all odds are multiplied by `factor` millionths.
    let expected = |factor: u64| -> Vec<u64> {
        let scaled = odds.iter().map(|&odds| u128::from(odds) * u128::from(factor) / MILLION);
        // Invariant: a rate is at most a million millionths.
        households
            .iter()
            .zip(scaled)
            .map(|(&n, odds)| (u128::from(n) * odds * MILLION / (MILLION + odds)) as u64)
            .collect()
    };
    let (mut low, mut high) = (0, 1_000_000_000);
    while low + 1 < high {
        let middle = u64::midpoint(low, high);
        if expected(middle).iter().sum::<u64>() < total * 1_000_000 { low = middle } else { high = middle }
    }
    apportion(total, &expected(high), households)
}

/// How many near-poor each commune has: most where neither nearly all nor hardly any are poor.
pub(super) fn near_poor_targets(total: u64, households: &[u64], poor: &[u64]) -> Vec<u64> {
    let others: Vec<u64> = households.iter().zip(poor).map(|(n, poor)| n - poor).collect();
    let weights: Vec<u64> = poor
        .iter()
        .zip(&others)
        .zip(households)
        .map(|((poor, others), n)| poor * others * 1000 / n.max(&1))
        .collect();
    apportion(total, &weights, &others)
}

/// What happens in one commune in one year.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    /// Poor to neither.
    above: usize,
    /// Poor to near-poor.
    eased: usize,
    /// Near-poor to poor.
    fallen: usize,
    /// Neither to poor, not for the first time.
    relapsed: usize,
    /// Neither to poor, for the first time.
    new: usize,
    /// Near-poor to neither.
    left_near_poor: usize,
    /// Neither to near-poor.
    new_near_poor: usize,
}

/// The households of a commune by where they stand, the hardest off first.
struct Ranked {
    poor: Vec<u32>,
    near_poor: Vec<u32>,
    /// In neither class, poor before.
    risen: Vec<u32>,
    /// In neither class, never poor.
    others: Vec<u32>,
}

impl Telling<'_> {
    pub(super) fn later_review(&mut self, review: Review, communes: &[Vec<u32>]) {
        let ranked: Vec<Ranked> = communes.iter().map(|commune| self.ranked(commune, review)).collect();
        let flows = self.flows(review, &ranked);
        let sum = |part: fn(&Flow) -> usize| flows.iter().map(|flow| part(flow) as u64).sum();
        self.history.movements.push(Movements {
            review,
            poor_at_start: ranked.iter().map(|commune| commune.poor.len() as u64).sum(),
            to_near_poor: sum(|flow| flow.eased),
            above: sum(|flow| flow.above),
            from_near_poor: sum(|flow| flow.fallen),
            relapsed: sum(|flow| flow.relapsed),
            new: sum(|flow| flow.new),
        });
        for (commune, flow) in ranked.iter().zip(flows) {
            self.apply(review, commune, flow);
        }
    }

    fn ranked(&self, households: &[u32], review: Review) -> Ranked {
        let mut ranked = Ranked { poor: vec![], near_poor: vec![], risen: vec![], others: vec![] };
        for household in self.hardest_first(households, review) {
            let standing = self.standings[household as usize];
            match standing.listed {
                Some(PovertyClass::Poor) => ranked.poor.push(household),
                Some(_) => ranked.near_poor.push(household),
                None if standing.ever_poor => ranked.risen.push(household),
                None => ranked.others.push(household),
            }
        }
        ranked
    }

    /// The flows of each commune. Poor and near-poor sum exactly to the totals of the review; exits, relapses and new
    /// poor come as near to their rates as the households allow.
    fn flows(&self, review: Review, ranked: &[Ranked]) -> Vec<Flow> {
        let totals = self.calibration.totals(review);
        let rates = Calibration::flows(review);
        let column = |part: fn(&Ranked) -> usize| -> Vec<u64> {
            ranked.iter().map(|commune| part(commune) as u64).collect()
        };
        let poor = column(|commune| commune.poor.len());
        let near = column(|commune| commune.near_poor.len());
        let risen = column(|commune| commune.risen.len());
        let others = column(|commune| commune.others.len());
        let households = column(|commune| {
            commune.poor.len() + commune.near_poor.len() + commune.risen.len() + commune.others.len()
        });
        let poor_end = poor_targets(totals.poor, &households, &self.odds());
        let near_end = near_poor_targets(totals.near_poor, &households, &poor_end);

        // Entries: at least what a rising commune needs; together what turns the exits of the rate into the net fall.
        let stock: u64 = poor.iter().sum();
        let wanted_exits = proportion(stock, rates.exits_per_mille, 1000);
        let wanted_entries = (wanted_exits + poor_end.iter().sum::<u64>()).saturating_sub(stock);
        let least = zip(&poor_end, &poor, u64::saturating_sub);
        let room: Vec<u64> =
            (0..ranked.len()).map(|at| near[at] + risen[at] + others[at] - least[at]).collect();
        let spare = apportion(wanted_entries.saturating_sub(least.iter().sum()), &poor, &room);
        let entries = zip(&least, &spare, |least, spare| least + spare);
        let exits: Vec<u64> = (0..ranked.len()).map(|at| poor[at] + entries[at] - poor_end[at]).collect();

        let all_exits: u64 = exits.iter().sum();
        let relapsed = apportion(
            proportion(all_exits, rates.relapse_per_mille, 1000),
            &entries,
            &zip(&entries, &risen, u64::min),
        );
        let open = zip(&entries, &relapsed, |entries, relapsed| entries - relapsed);
        let new =
            apportion(proportion(stock, rates.new_per_mille, 1000), &entries, &zip(&open, &others, u64::min));
        let above = apportion(proportion(all_exits, 1, 3), &exits, &exits);
        let near_stock: u64 = near.iter().sum();
        let new_near = apportion(proportion(near_stock, rates.new_near_poor_per_mille, 1000), &near, &others);

        (0..ranked.len())
            .map(|at| {
                let mut relapsed = relapsed[at];
                let fallen = (open[at] - new[at]).min(near[at]);
                let new = (open[at] - fallen).min(others[at]);
                relapsed += open[at] - fallen - new;
                let neither = risen[at] + others[at] - relapsed - new;
                let staying = near[at] - fallen;
                let mut eased = exits[at] - above[at];
                let mut new_near = new_near[at].min(neither);
                // Too many near-poor: fewer enter. Too few: more enter from neither, then from the poor.
                let over = (eased + new_near).saturating_sub(near_end[at]);
                new_near -= over.min(new_near);
                eased = eased.min(near_end[at]);
                let short = near_end[at].saturating_sub(staying + eased + new_near);
                let filled = short.min(neither - new_near);
                new_near += filled;
                eased += (short - filled).min(exits[at] - eased);
                let left_near_poor = (staying + eased + new_near).saturating_sub(near_end[at]);
                Flow {
                    above: (exits[at] - eased) as usize,
                    eased: eased as usize,
                    fallen: fallen as usize,
                    relapsed: relapsed as usize,
                    new: new as usize,
                    left_near_poor: left_near_poor as usize,
                    new_near_poor: new_near as usize,
                }
            })
            .collect()
    }

    fn apply(&mut self, review: Review, commune: &Ranked, flow: Flow) {
        use PovertyClass::{NearPoor, NotPoor, Poor};
        let Ranked { poor, near_poor, risen, others } = commune;
        // Who leaves a class was best off in it; who enters one was worst off outside.
        let (still_poor, leaving) = poor.split_at(poor.len() - flow.above - flow.eased);
        let (eased, above) = leaving.split_at(flow.eased);
        let (fallen, near_poor) = near_poor.split_at(flow.fallen);
        let (still_near, left_near) = near_poor.split_at(near_poor.len() - flow.left_near_poor);
        let (relapsed, risen) = risen.split_at(flow.relapsed);
        let (new, others) = others.split_at(flow.new);
        let mut rest = others.iter().chain(risen);
        let households = commune.households();
        let new_near: Vec<u32> = rest.by_ref().take(flow.new_near_poor).copied().collect();
        let filers: Vec<u32> = rest.take(households * FILERS_PER_MILLE as usize / 1000).copied().collect();
        let found = [
            (still_poor, Poor),
            (eased, NearPoor),
            (above, NotPoor),
            (fallen, Poor),
            (still_near, NearPoor),
            (left_near, NotPoor),
            (relapsed, Poor),
            (new, Poor),
            (&new_near, NearPoor),
            (&filers, NotPoor),
        ];
        for (households, class) in found {
            for &household in households {
                self.find(review, household, class);
                self.standings[household as usize].enter(class);
            }
        }
    }
}

impl Ranked {
    fn households(&self) -> usize {
        self.poor.len() + self.near_poor.len() + self.risen.len() + self.others.len()
    }
}

fn zip(left: &[u64], right: &[u64], combine: fn(u64, u64) -> u64) -> Vec<u64> {
    left.iter().zip(right).map(|(&left, &right)| combine(left, right)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_poor_sum_to_the_total_and_keep_the_order_of_the_odds() {
        let poor = poor_targets(210, &[400, 400, 400], &[10_000, 500_000, 2_000_000]);
        assert_eq!(poor.iter().sum::<u64>(), 210);
        assert!(poor.is_sorted(), "{poor:?} must rise with the odds");
    }

    #[test]
    fn no_commune_has_more_listed_than_households() {
        let households = [3, 5, 100];
        let poor = poor_targets(60, &households, &[5_000_000, 5_000_000, 5_000_000]);
        let near = near_poor_targets(40, &households, &poor);
        assert_eq!((poor.iter().sum::<u64>(), near.iter().sum::<u64>()), (60, 40));
        assert!((0..3).all(|at| poor[at] + near[at] <= households[at]));
    }
}
