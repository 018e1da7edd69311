//! The chain of assignment: from outside to the province, from there to departments, districts and communes. Each step
//! moves the same money on, so that a total counts it once.

use super::{
    book::{Account, Move, Phase},
    lines::{Cell, MILLION},
    owners::{FINANCE, OwnerNumber, Owners},
    supports::Support,
    works::Leg,
};
use crate::{days::entered, rural::Place};
use api::funding::{Movement, Stage};
use kernel::{Date, date};
use std::collections::BTreeMap;

/// Money that is assigned beyond the plan and taken away again, in millions of đồng: cut before it was passed on, and
/// cancelled after its window had closed. Neither is part of the published totals, which count what is left.
const CUT: (&str, i16, i64) = ("DTTS.DA5.TDA3", 2023, 12_500);
const CANCELLED: (&str, i16, i64) = ("GNBV.DA6.TDA1", 2022, 8_200);
/// The years at whose beginning assigned money is carried over.
const TURNS: [i16; 3] = [2023, 2024, 2025];

/// When a vintage is assigned, handed to departments and districts, and handed on to communes.
const fn days(vintage: i16) -> [Date; 3] {
    match vintage {
        2022 => [date(2022, 6, 15), date(2022, 6, 24), date(2022, 7, 8)],
        _ => [date(vintage, 1, 8), date(vintage, 1, 15), date(vintage, 1, 25)],
    }
}

/// What every owner below the province gets of a cell.
type Shares = BTreeMap<OwnerNumber, i64>;

/// The moves that bring the money to those who detail it.
pub(super) fn chain(owners: &Owners, cells: &[Cell], legs: &[Leg], supports: &[Support]) -> Vec<Move> {
    let mut shares: Vec<Shares> = vec![Shares::new(); cells.len()];
    for leg in legs.iter().chain(supports.iter().map(|support| &support.leg)) {
        *shares[usize::from(leg.cell)].entry(leg.owner).or_default() += leg.amount;
    }
    let mut moves = Vec::new();
    // Invariant: there are some hundred cells.
    for (at, (cell, shares)) in (0_u16..).zip(cells.iter().zip(&shares)) {
        let mut link = Link { owners, at, cell, moves: &mut moves };
        match cell.source {
            "DST" | "COM" => link.own_budget(shares),
            _ => link.provincial_budget(shares),
        }
    }
    moves
}

/// The moves of one cell.
struct Link<'a> {
    owners: &'a Owners,
    at: u16,
    cell: &'a Cell,
    moves: &'a mut Vec<Move>,
}

impl Link<'_> {
    /// Districts and communes put money of their own budgets in.
    fn own_budget(&mut self, shares: &Shares) {
        let [.., day] = days(self.cell.vintage);
        for (owner, amount) in shares {
            self.assign(*owner, *amount, day);
        }
    }

    fn provincial_budget(&mut self, shares: &Shares) {
        let vintage = self.cell.vintage;
        let [assigned, handed_on, to_communes] = days(vintage);
        let of = |(detailed, year, millions): (&str, i16, i64)| {
            let here = self.cell.source == "CEN" && self.cell.detailed == detailed && vintage == year;
            if here && self.cell.line.is_some() { millions * MILLION } else { 0 }
        };
        let (cut, cancelled) = (of(CUT), of(CANCELLED));
        let unallocated = self.cell.unallocated * MILLION;
        let detailed: i64 = shares.values().sum();
        self.assign(FINANCE, detailed + unallocated + cut + cancelled, assigned);
        let (direct, communes): (Vec<_>, Vec<_>) =
            shares.iter().partition(|(owner, _)| self.district_of(**owner).is_none());
        let mut by_district: BTreeMap<OwnerNumber, i64> = BTreeMap::new();
        for (owner, amount) in &communes {
            let district = self.district_of(**owner).unwrap_or(FINANCE);
            *by_district.entry(district).or_default() += **amount;
        }
        for (owner, amount) in direct.into_iter().filter(|(owner, _)| **owner != FINANCE) {
            *by_district.entry(*owner).or_default() += *amount;
        }
        for (owner, amount) in by_district {
            self.hand_over(FINANCE, owner, amount, handed_on, Phase::ToDistricts);
        }
        for (owner, amount) in communes {
            let district = self.district_of(*owner).unwrap_or(FINANCE);
            self.hand_over(district, *owner, *amount, to_communes, Phase::ToCommunes);
        }
        self.give_back(Movement::Cut, Stage::Grantor, cut, vintage, date(vintage, 11, 15));
        let left = self.carry_over(unallocated, cancelled);
        if cancelled > 0 {
            self.give_back(Movement::Cancel, Stage::Returned, cancelled, left, date(left, 12, 21));
        }
    }

    /// What the province has not passed on goes into the next years; what is cancelled, into the first of them. Says in
    /// which year that is.
    fn carry_over(&mut self, unallocated: i64, cancelled: i64) -> i16 {
        let vintage = self.cell.vintage;
        for year in TURNS.into_iter().filter(|year| *year > vintage) {
            let amount = unallocated + if year == vintage + 1 { cancelled } else { 0 };
            if amount > 0 {
                let from = Account { executing: year - 1, ..self.assigned(FINANCE) };
                let to = Account { executing: year, ..from };
                self.push((Movement::CarryOver, Phase::CarryOver), from, to, amount, date(year, 2, 1));
                if let Some(carried) = self.moves.last_mut() {
                    carried.recorded = date(year, 2, 20);
                }
            }
        }
        vintage + 1
    }

    fn give_back(&mut self, movement: Movement, stage: Stage, amount: i64, executing: i16, day: Date) {
        if amount > 0 {
            let from = Account { executing, ..self.assigned(FINANCE) };
            self.push((movement, Phase::GiveBack), from, from.at(stage), amount, day);
        }
    }

    fn assign(&mut self, owner: OwnerNumber, amount: i64, day: Date) {
        let to = self.assigned(owner);
        self.push((Movement::Assign, Phase::Assign), to.at(Stage::Grantor), to, amount, day);
    }

    fn hand_over(&mut self, from: OwnerNumber, to: OwnerNumber, amount: i64, day: Date, phase: Phase) {
        let (from, to) = (self.assigned(from), self.assigned(to));
        self.push((Movement::HandOver, phase), from, to, amount, day);
    }

    fn push(
        &mut self,
        (movement, phase): (Movement, Phase),
        from: Account,
        to: Account,
        amount: i64,
        day: Date,
    ) {
        let recorded = entered(day);
        self.moves.push(Move {
            movement,
            from,
            to,
            amount,
            effective: day,
            recorded,
            phase,
            valuation: None,
        });
    }

    const fn assigned(&self, owner: OwnerNumber) -> Account {
        Account::outside(self.at, self.cell.vintage, owner).at(Stage::Assigned)
    }

    /// The district through which money comes to a commune.
    fn district_of(&self, owner: OwnerNumber) -> Option<OwnerNumber> {
        match self.owners.get(owner).place {
            Place::Commune(commune) => Some(self.owners.of_district(self.owners.district(commune))),
            _ => None,
        }
    }
}
