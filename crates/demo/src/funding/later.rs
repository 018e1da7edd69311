//! The first money of the merged programme 2026-2035: assigned, handed to the communes of the new map, begun.

use super::{
    book::{Account, ItemNumber, Move, Phase},
    lines::{Cell, LINES_2026, MILLION},
    owners::{FINANCE, Owners},
    works::{Item, What},
};
use crate::{
    apportion::apportion,
    calibration::Calibration,
    days::{days_after, entered},
    dice::{Dice, Purpose},
    map::Kind,
    province::Province,
    rural::Place,
};
use api::funding::{Movement, Stage};
use kernel::{Date, date};
use std::collections::BTreeMap;

const VINTAGE: i16 = 2026;
/// Assigned after phase I of the programme was approved on 2026-01-31.
const ASSIGNED: Date = date(2026, 2, 12);
const HANDED_ON: Date = date(2026, 3, 2);
/// What is detailed of it by the summer, in a hundred.
const DETAILED: i64 = 60;

/// Adds cells, items and moves of 2026.
pub(super) fn later(
    seed: u64,
    calibration: Calibration,
    province: &Province,
    owners: &Owners,
    (cells, items, moves): (&mut Vec<Cell>, &mut Vec<Item>, &mut Vec<Move>),
) {
    let communes: Vec<u8> = (0..)
        .zip(&province.successors)
        .filter(|(_, unit)| unit.kind == Kind::Rural)
        .map(|(at, _)| at)
        .collect();
    if communes.is_empty() {
        return;
    }
    for (number, (line, millions)) in (0..).zip(&LINES_2026) {
        let mut dice = Dice::new(seed, Purpose::Works, 1 << 48 | number);
        // Invariant: there are some hundred cells and some thousand items.
        let at = cells.len() as u16;
        cells.push(Cell {
            line: None,
            assigned: line.assigned,
            detailed: line.detailed,
            kind: line.kind,
            source: "CEN",
            vintage: VINTAGE,
            millions: *millions,
            unallocated: *millions - millions * DETAILED / 100,
        });
        let mut push = |movement, phase, from: Account, to, amount, effective| {
            let recorded = entered(effective);
            moves.push(Move { movement, from, to, amount, effective, recorded, phase, valuation: None });
        };
        let finance = Account::outside(at, VINTAGE, FINANCE);
        let assigned = finance.at(Stage::Assigned);
        push(Movement::Assign, Phase::Assign, finance, assigned, millions * MILLION, ASSIGNED);
        let count = calibration.scaled(line.works).max(2) as usize;
        let weights: Vec<u64> = (0..count).map(|_| u64::from(dice.between(40, 150))).collect();
        let detailed = (millions * DETAILED / 100).unsigned_abs();
        let amounts = apportion(detailed, &weights, &vec![detailed; count]);
        let mut handed: BTreeMap<u8, i64> = BTreeMap::new();
        let mut details = Vec::new();
        for (place, amount) in amounts.into_iter().enumerate() {
            let commune = *dice.pick(&communes);
            let amount = amount as i64 * MILLION;
            *handed.entry(commune).or_default() += amount;
            details.push((place, commune, amount));
        }
        for (commune, amount) in handed {
            let to = Account { owner: owners.of_successor(commune), ..assigned };
            push(Movement::HandOver, Phase::ToDistricts, assigned, to, amount, HANDED_ON);
        }
        for (place, commune, amount) in details {
            let (asset, words) = line.assets[place % line.assets.len()];
            let what = What::Works { asset, words, place: Place::Successor(commune), approved: amount };
            let item = items.len() as ItemNumber;
            items.push(Item { what, decided: date(2026, 3, 10) });
            let owner = owners.of_successor(commune);
            let given = Account { owner, ..assigned };
            let allocated = Account { detailed: true, item: Some(item), ..given.at(Stage::Allocated) };
            let day = days_after(date(2026, 3, 24), dice.below(30));
            push(Movement::Allocate, Phase::Allocate, given, allocated, amount, day);
            let committed = allocated.at(Stage::Committed);
            let day = days_after(day, 14 + dice.below(25));
            push(Movement::Commit, Phase::Commit, allocated, committed, amount, day);
            let day = days_after(day, 8 + dice.below(40));
            let paid = amount / 100 * i64::from(dice.between(5, 40));
            push(Movement::Pay, Phase::Pay, committed, committed.at(Stage::Paid), paid, day);
        }
    }
}
