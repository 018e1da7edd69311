//! How many members the households have, and who was born, died or married into them.

use super::History;
use crate::{
    apportion::proportion,
    calibration::{Calibration, Review, YEARS},
    days::days_before,
    dice::{Dice, Purpose},
};
use kernel::{Date, PovertyClass, date};
use std::collections::{HashMap, HashSet};

/// Households whose members change in a year, in ten-thousandths.
const CHANGES_BASIS_POINTS: u64 = 50;
/// No household is larger at its registration.
const SIZE_MAX: u8 = 12;
/// Households of 1, 2, 3 … members in a hundred: those poor at the start of 2022 (4.8 on average), and the others (4.35).
const SIZES_POOR: [u32; 10] = [2, 6, 13, 24, 25, 15, 8, 4, 2, 1];
const SIZES_OTHERS: [u32; 10] = [3, 9, 18, 27, 22, 12, 5, 2, 1, 1];

/// A change among the members of a household.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) household: u32,
    pub(crate) kind: ChangeKind,
    pub(crate) effective: Date,
    pub(crate) recorded: Date,
}

/// What changed. Members are numbered in the order in which they came; the first head is number 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// A child was born.
    Born { member: u8 },
    /// An adult married in.
    Joined { member: u8 },
    /// A member died or left; where it was the head, another is the head from then on.
    Gone { member: u8, new_head: Option<u8> },
}

impl ChangeKind {
    /// The change in the number of persons.
    pub(crate) const fn persons(self) -> i64 {
        match self {
            Self::Born { .. } | Self::Joined { .. } => 1,
            Self::Gone { .. } => -1,
        }
    }
}

/// Draws the sizes, meets the number of persons, then tells the changes of each year.
pub(super) fn fill(history: &mut History, seed: u64, calibration: Calibration) {
    draw_sizes(history, seed);
    meet_total(history, seed, calibration.first_persons());
    let mut rosters = HashMap::new();
    for year in YEARS {
        tell_changes(history, seed, year, &mut rosters);
    }
}

fn draw_sizes(history: &mut History, seed: u64) {
    let size = |(household, outcomes): (u64, &super::Outcomes)| {
        let poor = outcomes.get(Review::Start2022).is_some_and(|found| found.class == PovertyClass::Poor);
        let mut dice = Dice::new(seed, Purpose::Size, household);
        dice.weighted(if poor { &SIZES_POOR } else { &SIZES_OTHERS }) as u8 + 1
    };
    history.sizes = (0..).zip(&history.outcomes).map(size).collect();
}

/// Adds or takes away single members here and there until the households of the start have `total` members.
fn meet_total(history: &mut History, seed: u64, total: u64) {
    let first = &mut history.sizes[..history.first as usize];
    let total = total.clamp(first.len() as u64, first.len() as u64 * u64::from(SIZE_MAX));
    let mut sum: u64 = first.iter().map(|&size| u64::from(size)).sum();
    let mut dice = Dice::new(seed, Purpose::Size, u64::MAX);
    while sum != total {
        let size = &mut first[dice.below(history.first) as usize];
        if sum < total && *size < SIZE_MAX {
            *size += 1;
            sum += 1;
        } else if sum > total && *size > 1 {
            *size -= 1;
            sum -= 1;
        }
    }
}

/// Who lives in a household: one bit for each member number, below 64.
#[derive(Clone, Copy, Debug)]
struct Roster {
    present: u64,
    next: u8,
    head: u8,
}

fn tell_changes(history: &mut History, seed: u64, year: i16, rosters: &mut HashMap<u32, Roster>) {
    let mut dice = Dice::new(seed, Purpose::Changes, year as u64);
    let later = history.newcomers.iter().filter(|newcomer| newcomer.recorded.year() >= year).count();
    let settled = history.sizes.len() as u64 - later as u64;
    let moved: HashSet<u32> = history
        .moves
        .iter()
        .filter(|moved| moved.recorded.year() == year)
        .map(|moved| moved.household)
        .collect();
    let count = proportion(settled, CHANGES_BASIS_POINTS, 10_000) as usize;
    let households: Vec<u32> = dice
        .sample(settled as u32, count)
        .into_iter()
        .filter(|household| !moved.contains(household))
        .collect();
    let half = households.len() / 2;
    for (at, household) in households.into_iter().enumerate() {
        let size = history.sizes[household as usize];
        let roster =
            rosters.entry(household).or_insert(Roster { present: (1 << size) - 1, next: size, head: 0 });
        let recorded = if at < half { date(year, 6, 10) } else { date(year, 11, 4) };
        let effective = days_before(recorded, dice.between(1, 60));
        let kind = roster.change(&mut dice);
        history.changes.push(Change { household, kind, effective, recorded });
    }
}

impl Roster {
    fn change(&mut self, dice: &mut Dice) -> ChangeKind {
        let draw = dice.below(100);
        if draw < 30 && self.present.count_ones() > 1 {
            return self.leave(draw < 6);
        }
        let member = self.next;
        self.next += 1;
        self.present |= 1 << member;
        if draw < 72 { ChangeKind::Born { member } } else { ChangeKind::Joined { member } }
    }

    /// The head leaves, or the member who came last and is not the head.
    fn leave(&mut self, of_the_head: bool) -> ChangeKind {
        let others = self.present & !(1 << self.head);
        // Invariant: at least two members are present, so one of them is not the head.
        let (eldest, latest) = (others.trailing_zeros() as u8, others.ilog2() as u8);
        let member = if of_the_head { self.head } else { latest };
        self.present &= !(1 << member);
        let new_head = of_the_head.then_some(eldest);
        self.head = new_head.unwrap_or(self.head);
        ChangeKind::Gone { member, new_head }
    }
}
