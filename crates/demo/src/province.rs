//! The places of the synthetic province: the real communes of the old map, with invented sizes, hardship and villages.

use crate::{
    Error,
    apportion::{apportion, proportion},
    calibration::{Calibration, Review},
    dice::{Dice, Purpose},
    ethnicity,
    map::{self, District, Kind, Successor, Units},
};
use kernel::{AreaKey, AreaType, Date};
use reference::Reference;

/// Villages in the synthetic province, whatever its scale.
const VILLAGES: u64 = 950;
/// No commune has fewer villages.
const VILLAGES_MIN: u64 = 3;
/// Share of the urban population, in ten-thousandths: 100 % less the published rural 82.31 %.
const URBAN_BASIS_POINTS: u64 = 1769;

/// The units, with the communes and villages that are invented for them.
#[derive(Debug)]
pub(crate) struct Province {
    pub(crate) key: AreaKey,
    pub(crate) districts: Vec<District>,
    /// Units of the map since 2025-07-01.
    pub(crate) successors: Vec<Successor>,
    pub(crate) communes: Vec<Commune>,
    pub(crate) villages: Vec<Village>,
}

/// A commune, ward or township of the old map.
#[derive(Debug)]
pub(crate) struct Commune {
    pub(crate) unit: map::Unit,
    /// Index of the first of the communes that became one unit with this one on 2025-07-01.
    pub(crate) first_part: u8,
    /// Households at the start.
    pub(crate) households: u64,
    /// Odds of being poor, in millionths, before they are scaled to a year's total.
    pub(crate) odds: u64,
}

/// An invented village; it keeps its code when its commune merges.
#[derive(Debug)]
pub(crate) struct Village {
    /// Index of its commune.
    pub(crate) commune: u8,
    pub(crate) code: String,
    pub(crate) name: String,
    /// Households at the start.
    pub(crate) households: u64,
    /// Index of the ethnic group of most of its households.
    pub(crate) dominant: u8,
}

impl Province {
    pub(crate) fn new(seed: u64, calibration: Calibration, reference: &Reference) -> Result<Self, Error> {
        let Units { province, districts, units, successors } = map::units(reference)?;
        let mut dice = Dice::new(seed, Purpose::Communes, 0);
        let weights: Vec<u64> = units.iter().map(|_| spread(&mut dice)).collect();
        let households = households(calibration.first_households(), &units, &weights);
        let odds = odds(&mut dice, &units);
        let first_parts = first_parts(&units);
        let communes: Vec<Commune> = units
            .into_iter()
            .zip(first_parts)
            .zip(households.into_iter().zip(odds))
            .map(|((unit, first_part), (households, odds))| Commune { unit, first_part, households, odds })
            .collect();
        let villages = villages(seed, &communes, &weights);
        Ok(Self { key: province, districts, successors, communes, villages })
    }

    /// The commune of the old map in which the village lies.
    pub(crate) fn commune_of(&self, village: u16) -> &Commune {
        &self.communes[usize::from(self.villages[usize::from(village)].commune)]
    }

    /// The unit that reviews the village, as the index of its first commune: since the merger the new unit decides, once
    /// for all its parts.
    pub(crate) fn reviewer(&self, village: u16, review: Review) -> u8 {
        let commune = self.villages[usize::from(village)].commune;
        match review {
            Review::End2025 => self.communes[usize::from(commune)].first_part,
            _ => commune,
        }
    }

    /// The code of the commune in which the village lies on that day.
    pub(crate) fn commune_code(&self, village: u16, day: Date) -> &str {
        let unit = &self.commune_of(village).unit;
        if day < map::MERGER { &unit.code } else { &unit.successor }
    }

    /// Rural or urban, as the unit in which the village lies on that day.
    pub(crate) fn area_type(&self, village: u16, day: Date) -> AreaType {
        let unit = &self.commune_of(village).unit;
        if day < map::MERGER { unit.area_type } else { unit.successor_area_type }
    }
}

/// For each unit, the index of the first unit with the same successor.
fn first_parts(units: &[map::Unit]) -> Vec<u8> {
    let first = |unit: &map::Unit| units.iter().position(|other| other.successor == unit.successor);
    // Invariant: a unit has its own successor, and the map has 106 communes.
    units.iter().map(|unit| first(unit).unwrap_or_default() as u8).collect()
}

/// About log-normal around 1,000: a product of independent factors.
fn spread(dice: &mut Dice) -> u64 {
    (0..4).fold(1000, |weight, _| weight * u64::from(dice.between(74, 132)) / 100).max(1)
}

/// Shares the households out: the published urban share to wards and townships, the rest to the communes.
fn households(total: u64, units: &[map::Unit], weights: &[u64]) -> Vec<u64> {
    let urban_total = proportion(total, URBAN_BASIS_POINTS, 10_000);
    let share = |total: u64, urban: bool| {
        let caps: Vec<u64> =
            units.iter().map(|unit| if (unit.kind != Kind::Rural) == urban { total } else { 0 }).collect();
        apportion(total, weights, &caps)
    };
    let (urban, rural) = (share(urban_total, true), share(total - urban_total, false));
    urban.iter().zip(&rural).map(|(urban, rural)| urban + rural).collect()
}

/// Odds of poverty: wards and townships hardly any, the other communes log-normal with a long tail, the poor districts
/// in its upper part more often than not.
fn odds(dice: &mut Dice, units: &[map::Unit]) -> Vec<u64> {
    let mut odds: Vec<u64> = units
        .iter()
        .map(|unit| match unit.kind {
            Kind::Ward => u64::from(dice.between(800, 9_000)),
            Kind::Township => u64::from(dice.between(20_000, 70_000)),
            Kind::Rural => 0,
        })
        .collect();
    let mut ranked: Vec<(u32, usize)> = (0..units.len())
        .filter(|&at| units[at].kind == Kind::Rural)
        .map(|at| (dice.below(1000) + units[at].hardship, at))
        .collect();
    ranked.sort_unstable();
    let last = ranked.len().saturating_sub(1).max(1) as u64;
    for (rank, (_, at)) in ranked.into_iter().enumerate() {
        odds[at] = lognormal_quantile(rank as u64 * 1000 / last);
    }
    odds
}

/// The quantile of a log-normal distribution (median 1,000,000, sigma 0.7), its tails cut at ± 2.4 sigma; `per_mille`
/// of the distribution lies below it. Between the knots it is a straight line.
fn lognormal_quantile(per_mille: u64) -> u64 {
    const KNOTS: [(u64, u64); 9] = [
        (0, 186_000),
        (100, 408_000),
        (250, 624_000),
        (500, 1_000_000),
        (750, 1_603_000),
        (900, 2_450_000),
        (950, 3_160_000),
        (980, 4_210_000),
        (1000, 5_370_000),
    ];
    let above = KNOTS.partition_point(|knot| knot.0 < per_mille).clamp(1, KNOTS.len() - 1);
    let (from, to) = (KNOTS[above - 1], KNOTS[above]);
    from.1 + (to.1 - from.1) * (per_mille.min(to.0) - from.0) / (to.0 - from.0)
}

fn villages(seed: u64, communes: &[Commune], weights: &[u64]) -> Vec<Village> {
    let spare = VILLAGES.saturating_sub(VILLAGES_MIN * communes.len() as u64);
    // Sized by the weights alone, so that the villages are the same at every scale.
    let counts = apportion(spare, weights, &vec![spare; communes.len()]);
    let mut villages = Vec::with_capacity(VILLAGES as usize);
    for (at, (commune, count)) in communes.iter().zip(counts).enumerate() {
        let mut dice = Dice::new(seed, Purpose::Villages, at as u64);
        let taste = ethnicity::taste(&mut dice);
        let count = count + VILLAGES_MIN;
        let sizes: Vec<u64> = (0..count).map(|_| u64::from(dice.between(60, 140))).collect();
        let households = apportion(commune.households, &sizes, &vec![commune.households; sizes.len()]);
        let label = if commune.unit.kind == Kind::Rural { "Bản" } else { "Tổ dân phố" };
        for (number, households) in (1..).zip(households) {
            villages.push(Village {
                // Invariant: the map has 106 communes.
                commune: at as u8,
                code: format!("{}-{number:03}", commune.unit.code),
                name: format!("{label} tổng hợp {number:02}"),
                households,
                dominant: dice.weighted(&taste) as u8,
            });
        }
    }
    villages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantiles_rise_and_end_in_the_tail() {
        let quantiles: Vec<u64> = (0..=1000).map(lognormal_quantile).collect();
        assert!(quantiles.is_sorted());
        assert_eq!((quantiles[0], quantiles[500], quantiles[1000]), (186_000, 1_000_000, 5_370_000));
    }
}
