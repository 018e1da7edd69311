//! The communes that are held against the set, how many criteria each is officially found to meet, and how each came by
//! its title. Numbers come first and communes are chosen to meet them, by rank, so that no number depends on luck.

use super::{
    Place, RoundNumber,
    acts::Region,
    rounds::{LAST_OLD, NEW_MAP, ROUNDS},
};
use crate::{
    calibration::Calibration,
    dice::{Dice, Purpose},
    map::Kind,
    province::Province,
};
use kernel::{Date, date};
use reference::Reference;
use std::ops::Range;

/// Communes recognised at the end of 2020 (law).
pub(super) const RECOGNISED_BEFORE: usize = 39;
/// Criteria of the set.
pub(super) const CRITERIA: u8 = 19;

/// Communes that are recognised together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wave {
    pub(super) effective: Date,
    pub(super) recorded: Date,
    /// The year that was assessed.
    pub(super) year: i16,
    communes: usize,
}

/// Recognitions after 2020 (invented): none before 2023, for the press counts 39 at the end of 2022 as well. One title is
/// revoked, so that 52 of 94 are held at the end, two short of the target.
pub(super) const WAVES: [Wave; 3] = [
    Wave { effective: date(2023, 8, 15), recorded: date(2023, 8, 21), year: 2022, communes: 4 },
    Wave { effective: date(2024, 5, 20), recorded: date(2024, 5, 27), year: 2023, communes: 5 },
    Wave { effective: date(2025, 5, 15), recorded: date(2025, 5, 19), year: 2024, communes: 5 },
];

/// How a commune came by its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Career {
    /// Before 2021.
    Early,
    /// Before 2021, and lost in 2024.
    Revoked,
    /// In the wave with this index.
    Later(usize),
    /// Not at all.
    None,
}

/// A unit that is held against the set.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) place: Place,
    pub(super) households: u64,
    pub(super) persons: u64,
    pub(super) villages: u64,
    pub(super) career: Career,
    /// Numbers of the criteria, the easiest for this commune first.
    order: [u8; CRITERIA as usize],
    /// Criteria that are officially met in each round.
    met: [u8; ROUNDS.len()],
    /// The first round in which somebody judged.
    judged_from: RoundNumber,
}

/// All units that are held against the set: first those of the old map, the best first, then those of the new.
#[derive(Clone, Debug)]
pub(super) struct Subjects {
    list: Vec<Subject>,
    /// Of the old map.
    old: u16,
    /// Index of the district that is recognised.
    pub(super) best_district: Option<u8>,
}

impl Subject {
    /// Whether the criterion is officially met in the round.
    pub(super) fn meets(&self, criterion: u8, round: RoundNumber) -> bool {
        let met = usize::from(self.met[usize::from(round)]);
        self.order[..met].contains(&criterion)
    }

    /// Whether anybody judged in the round.
    pub(super) const fn is_judged(&self, round: RoundNumber) -> bool {
        round >= self.judged_from
    }
}

impl Subjects {
    pub(super) fn new(
        seed: u64,
        calibration: Calibration,
        province: &Province,
        reference: &Reference,
    ) -> Self {
        let best_district = best_district(province, reference);
        let ranked = ranked(seed, province, best_district);
        let careers = careers(&ranked, province, best_district);
        let growth = calibration.households_and_persons();
        let mut list: Vec<Subject> = Vec::new();
        for (rank, (&commune, career)) in ranked.iter().zip(careers).enumerate() {
            let size = size(province, &[commune], growth);
            let mut dice = Dice::new(seed, Purpose::Criteria, 1000 + u64::from(commune));
            let order = order(&mut dice);
            let met = met(&mut dice, career, rank, ranked.len());
            let judged_from = if rank % 23 == 7 { 2 } else { 0 };
            list.push(Subject { place: Place::Commune(commune), career, order, met, judged_from, ..size });
        }
        // Invariant: a map has at most 250 communes.
        let old = list.len() as u16;
        let mut subjects = Self { list, old, best_district };
        let new = subjects.of_the_new_map(seed, province, growth);
        subjects.list.extend(new);
        subjects
    }

    pub(super) fn of_round(&self, round: RoundNumber) -> Range<u16> {
        if round == NEW_MAP { self.old..self.list.len() as u16 } else { 0..self.old }
    }

    pub(super) fn get(&self, subject: u16) -> &Subject {
        &self.list[usize::from(subject)]
    }

    /// Those of the old map, the best first.
    pub(super) fn old(&self) -> &[Subject] {
        &self.list[..usize::from(self.old)]
    }

    /// The region of a unit of the old map at the start. Wards, townships and recognised communes are region I. The best
    /// three of those that are never recognised are region II, all others region III.
    pub(super) fn region_of(&self, commune: u8) -> Region {
        let Some(subject) = self.old().iter().find(|subject| subject.place == Place::Commune(commune)) else {
            return Region::One;
        };
        let never = || self.old().iter().filter(|subject| subject.career == Career::None);
        match subject.career {
            Career::Early | Career::Revoked => Region::One,
            Career::None if never().take(3).any(|other| other.place == subject.place) => Region::Two,
            Career::Later(_) | Career::None => Region::Three,
        }
    }

    /// Units of the new map whose parts all hold the title on the eve.
    pub(super) fn whole_units(&self, province: &Province) -> Vec<u8> {
        let holds = |part: &u8| {
            let subject = self.old().iter().find(|subject| subject.place == Place::Commune(*part));
            subject.is_some_and(|subject| matches!(subject.career, Career::Early | Career::Later(_)))
        };
        let merged = (0..).zip(&province.successors).filter(|(_, unit)| unit.kind == Kind::Rural);
        merged
            .filter(|(_, unit)| unit.parts.len() > 1 && unit.parts.iter().all(holds))
            .map(|(at, _)| at)
            .collect()
    }

    /// Every third commune of the new map, and those that can be acknowledged, are assessed at the end of 2025. Merged with
    /// weaker neighbours they meet fewer criteria than their best part did.
    fn of_the_new_map(&self, seed: u64, province: &Province, growth: (u64, u64)) -> Vec<Subject> {
        let whole = self.whole_units(province);
        let communes = (0_u8..).zip(&province.successors).filter(|(_, unit)| unit.kind == Kind::Rural);
        let assessed = communes.filter(|(at, _)| at % 3 == 0 || whole.contains(at));
        assessed
            .map(|(at, unit)| {
                let mut dice = Dice::new(seed, Purpose::Criteria, 2000 + u64::from(at));
                let of_part = |part: &u8| {
                    let subject = self.old().iter().find(|subject| subject.place == Place::Commune(*part));
                    subject.map(|subject| subject.met[usize::from(LAST_OLD)])
                };
                let least = unit.parts.iter().filter_map(of_part).min().unwrap_or(12);
                let lost = if whole.contains(&at) { dice.below(2) } else { dice.below(3) + 1 };
                let count = least.saturating_sub(lost as u8).max(5);
                Subject {
                    place: Place::Successor(at),
                    order: order(&mut dice),
                    met: [count; ROUNDS.len()],
                    ..size(province, &unit.parts, growth)
                }
            })
            .collect()
    }
}

/// The first of the districts that the resolution wants recognised.
fn best_district(province: &Province, reference: &Reference) -> Option<u8> {
    let wanted = reference.targets.get("T05")?.areas.first()?;
    (0..).zip(&province.districts).find(|(_, district)| district.key == *wanted).map(|(at, _)| at)
}

/// The communes of the old map, the best first: by their own poverty and by that of the neighbours with whom they merge
/// later; those of the district that is recognised are ahead.
fn ranked(seed: u64, province: &Province, best_district: Option<u8>) -> Vec<u8> {
    let mut dice = Dice::new(seed, Purpose::Criteria, 0);
    let mean_of_parts = |successor: u8| {
        let parts = &province.successors[usize::from(successor)].parts;
        let odds: u64 = parts.iter().map(|part| province.communes[usize::from(*part)].odds).sum();
        odds / parts.len().max(1) as u64
    };
    let mut ranked: Vec<(u64, u8)> = (0_u8..)
        .zip(&province.communes)
        .filter(|(_, commune)| commune.unit.kind == Kind::Rural)
        .map(|(at, commune)| {
            let hardship = commune.odds + mean_of_parts(commune.unit.successor_at);
            let share = if Some(commune.unit.district) == best_district { 4 } else { 10 };
            (hardship * share * u64::from(dice.between(85, 115)), at)
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, commune)| commune).collect()
}

fn careers(ranked: &[u8], province: &Province, best_district: Option<u8>) -> Vec<Career> {
    let mut careers = vec![Career::None; ranked.len()];
    let early = RECOGNISED_BEFORE.min(ranked.len());
    careers[..early].fill(Career::Early);
    let in_best = |at: usize| Some(province.communes[usize::from(ranked[at])].unit.district) == best_district;
    if let Some(at) = (0..early).rev().find(|&at| !in_best(at)) {
        careers[at] = Career::Revoked;
    }
    let mut next = early;
    for (wave, Wave { communes, .. }) in WAVES.iter().enumerate() {
        let end = (next + communes).min(careers.len());
        careers[next..end].fill(Career::Later(wave));
        next = end;
    }
    careers
}

/// The criteria, the easiest first: how hard each is in general, and what is different here.
fn order(dice: &mut Dice) -> [u8; CRITERIA as usize] {
    const HARDNESS: [u32; CRITERIA as usize] =
        [10, 65, 38, 22, 62, 60, 20, 15, 70, 90, 88, 35, 45, 48, 55, 40, 80, 30, 25];
    let mut order = [0; CRITERIA as usize];
    let mut hard: Vec<(u32, u8)> =
        HARDNESS.iter().zip(1..).map(|(hard, number)| (hard + dice.below(35), number)).collect();
    hard.sort_unstable();
    for (place, (_, number)) in order.iter_mut().zip(hard) {
        *place = number;
    }
    order
}

/// Criteria officially met in each round. A commune has all of them in the round of the year for which it is recognised.
fn met(dice: &mut Dice, career: Career, rank: usize, communes: usize) -> [u8; ROUNDS.len()] {
    let mut met = [0; ROUNDS.len()];
    match career {
        Career::Revoked => met = [16, 14, 12, 13, 14, 14],
        Career::Early => {
            let mut count = 16 + dice.below(3) as u8;
            for met in &mut met {
                *met = count;
                count = (count + dice.below(2) as u8).min(CRITERIA);
            }
        }
        Career::Later(wave) => {
            let year = WAVES[wave].year;
            for (met, round) in met.iter_mut().zip(ROUNDS) {
                // Invariant: rounds lie within a few years of the waves.
                let years_before = (year - round.year).max(0) as u8;
                *met = CRITERIA.saturating_sub(
                    2 * years_before + if years_before > 0 { dice.below(2) as u8 } else { 0 },
                );
            }
        }
        Career::None => {
            let first_of_them = RECOGNISED_BEFORE + WAVES.iter().map(|wave| wave.communes).sum::<usize>();
            let place =
                rank.saturating_sub(first_of_them) * 8 / communes.saturating_sub(first_of_them).max(1);
            let last = 17 - place as u8;
            for (met, rounds_to_go) in met.iter_mut().zip([4, 3, 2, 1, 0, 0]) {
                *met = (last - rounds_to_go).saturating_sub(dice.below(2) as u8);
            }
            for at in (1..met.len()).rev() {
                met[at - 1] = met[at - 1].min(met[at]);
            }
        }
    }
    met
}

/// Households, persons and villages of the units together, as a subject about which nothing else is known yet.
fn size(province: &Province, parts: &[u8], (all_households, all_persons): (u64, u64)) -> Subject {
    let households: u64 =
        parts.iter().map(|part| province.communes[usize::from(*part)].households).sum::<u64>().max(1);
    let villages = province.villages.iter().filter(|village| parts.contains(&village.commune)).count();
    Subject {
        place: Place::Province,
        households,
        persons: (households * all_persons / all_households.max(1)).max(1),
        villages: (villages as u64).max(1),
        career: Career::None,
        order: [0; CRITERIA as usize],
        met: [0; ROUNDS.len()],
        judged_from: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_has_every_criterion_in_the_round_of_its_recognition() {
        for (wave, of) in WAVES.iter().enumerate() {
            let mut dice = Dice::new(1, Purpose::Criteria, wave as u64);
            let met = met(&mut dice, Career::Later(wave), 40, 94);
            let at = ROUNDS.iter().position(|round| round.year == of.year).unwrap();
            assert_eq!(met[at], CRITERIA);
            assert!(met.is_sorted(), "{met:?}");
        }
    }

    #[test]
    fn nobody_who_is_never_recognised_meets_all() {
        for rank in 53..94 {
            let mut dice = Dice::new(1, Purpose::Criteria, rank as u64);
            let met = met(&mut dice, Career::None, rank, 94);
            assert!(met.is_sorted() && met.iter().all(|met| (1..CRITERIA).contains(met)), "{met:?}");
        }
    }
}
