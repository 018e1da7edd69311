//! What the synthetic province tells the funding ledger from 2022 to 2026: who holds money, what it is planned, detailed
//! and spent on, and where it went when districts and communes ended.
//!
//! Three totals are published and met to the đồng, at every scale: the plan of 2021-2025 of 6,033 billion, its parts of
//! 3,589 and 2,444 billion, and the 4,318 billion disbursed by 2025-10-31 (press). How they divide over years, programmes,
//! sources and places is invented; the scale changes how many works and supports there are, not what they cost together.

mod book;
mod chain;
mod later;
mod lines;
mod outside;
mod owners;
mod requests;
mod schedule;
mod supports;
mod telling;
mod works;

use crate::{
    Error,
    calibration::Calibration,
    days::{days_after, entered},
    dice::{Dice, Purpose},
    history::History,
    province::Province,
    rural::Rural,
};
pub(crate) use book::Phase;
use book::{ItemNumber, Move};
use kernel::{Date, date};
use lines::Cell;
use outside::Outside;
use owners::{OwnerNumber, Owners};
pub(crate) use requests::{Batch, CaseToSettle, Reversal};
use schedule::Step;
use std::{collections::BTreeSet, ops::Range};
use supports::{Story, Supports};
use telling::Teller;
use works::{Item, Leg, Site, Works};

/// When the owners of the start are entered.
pub(crate) const OWNERS_RECORDED: Date = date(2022, 5, 16);
/// When the owners of the new map and the successors are entered.
pub(crate) const SUCCESSORS_RECORDED: Date = date(2025, 7, 1);
/// When open balances are handed over: after everything of the old owners is entered.
pub(crate) const HANDED_OVER: Date = date(2025, 7, 10);

/// Everything about money that is decided before the first request is written.
#[derive(Debug)]
pub(crate) struct Funding {
    pub(crate) owners: Owners,
    cells: Vec<Cell>,
    items: Vec<Item>,
    moves: Vec<Move>,
    /// Requests of transfers, in the order of recording.
    pub(crate) batches: Vec<Batch>,
    /// Owners that hold something when they end, by number.
    pub(crate) ended: Vec<OwnerNumber>,
    pub(crate) reversals: Vec<Reversal>,
    pub(crate) cases: Vec<CaseToSettle>,
}

impl Funding {
    pub(crate) fn new(
        seed: u64,
        calibration: Calibration,
        province: &Province,
        history: &History,
        rural: &Rural,
    ) -> Result<Self, Error> {
        let owners = Owners::new(province);
        let site = Site { seed, calibration, province, rural, owners: &owners };
        let mut cells = lines::cells();

        // Supports come first: works share what they leave.
        let supports = Supports::draw(site, history, &cells, 0);
        let mut works = Works::draw(site, &cells, &supports.supported);
        works.calibrate(&cells, supports.spent).map_err(Error::Money)?;
        // Invariant: the demo has some thousand items.
        let mut items_count = works.items.len() as ItemNumber;
        let first_support = items_count;
        items_count += supports.items.len() as ItemNumber;
        let outside = Outside::draw(seed, &works, &cells, &owners, items_count);
        works.approve(&outside.gifts);

        let mut moves = chain::chain(&owners, &cells, &works.legs, &supports.list);
        let mut open: BTreeSet<OwnerNumber> =
            outside.open.iter().copied().filter(|owner| owners.get(*owner).successor.is_some()).collect();
        let mut teller = Teller { owners: &owners, moves: &mut moves, open: &mut open };
        tell_works(seed, &works, &cells, &mut teller);
        let cases = tell_supports(&supports, &cells, first_support, &mut teller);

        let Outside { cells: cells_outside, items: items_outside, moves: moves_outside, .. } = outside;
        cells.extend(cells_outside);
        moves.extend(moves_outside);
        let mut items = works.items;
        items.extend(supports.items);
        items.extend(items_outside);
        later::later(seed, calibration, province, &owners, (&mut cells, &mut items, &mut moves));

        let (batches, reversals) = requests::batches(&mut moves, &cells, &items);
        Ok(Self { owners, cells, items, moves, batches, ended: open.into_iter().collect(), reversals, cases })
    }

    /// Days on which items are entered, with their numbers.
    pub(crate) fn items_by_day(&self) -> Vec<(Date, Vec<ItemNumber>)> {
        let mut by_day: std::collections::BTreeMap<Date, Vec<ItemNumber>> = std::collections::BTreeMap::new();
        for (number, item) in (0..).zip(&self.items) {
            by_day.entry(entered(item.decided)).or_default().push(number);
        }
        by_day.into_iter().collect()
    }

    /// Whether somebody takes over from the owner.
    pub(crate) fn has_successor(&self, owner: OwnerNumber) -> bool {
        self.owners.get(owner).successor.is_some()
    }

    /// All moves of a request.
    fn moves_of(&self, batch: &Batch) -> &[Move] {
        let Range { start, end } = batch.moves.clone();
        &self.moves[start as usize..end as usize]
    }
}

/// Of so many works, the payment of one is entered months late.
const LATE_EVERY: usize = 19;

fn tell_works(seed: u64, works: &Works, cells: &[Cell], teller: &mut Teller<'_>) {
    let mut mistake = None;
    for (at, leg) in works.legs.iter().enumerate() {
        let cell = &cells[usize::from(leg.cell)];
        let mut dice = Dice::new(seed, Purpose::Works, 1 << 40 | at as u64);
        let mut course = schedule::course(&mut dice, leg, cell);
        if mistake.is_none() && cell.vintage == 2023 && leg.pace == schedule::Pace::Slow {
            mistake = pay_wrongly(leg, &mut course);
        }
        let late =
            at.is_multiple_of(LATE_EVERY).then(|| match cell.vintage + i16::from(at.is_multiple_of(2)) {
                ..=2022 => date(2022, 12, 20),
                2023 => date(2023, 12, 5),
                2024 => date(2024, 10, 20),
                _ => date(2025, 11, 5),
            });
        teller.tell(leg, cell, Phase::Allocate, course, late);
    }
}

/// A payment that was meant for other works is booked soon after the contract and reversed three weeks later. What is paid
/// last leaves room for it.
fn pay_wrongly(leg: &Leg, course: &mut schedule::Course) -> Option<()> {
    let contracted = course.iter().find(|(_, step)| *step == Step::Commit)?.0;
    let payments = course.iter().filter_map(|(day, step)| match step {
        Step::Pay(amount) => Some((*day, *amount)),
        _ => None,
    });
    let (last_day, last) = payments.max()?;
    let (amount, day) = (leg.committed / 20, days_after(contracted, 2));
    let reversed = days_after(day, schedule::DAYS_TO_REVERSAL);
    if last < amount || last_day < days_after(reversed, 30) {
        return None;
    }
    course.push((day, Step::PayWrongly(amount)));
    Some(())
}

/// Tells the supports and says which questions about them are answered.
fn tell_supports(
    supports: &Supports,
    cells: &[Cell],
    first_item: ItemNumber,
    teller: &mut Teller<'_>,
) -> Vec<CaseToSettle> {
    let mut cases = Vec::new();
    for support in &supports.list {
        let leg = Leg { item: support.leg.item + first_item, ..support.leg };
        teller.tell(&leg, &cells[usize::from(leg.cell)], Phase::Detail, support.course.clone(), None);
        match support.story {
            Story::SecondExplained => cases.push(CaseToSettle::explained(leg.item)),
            Story::PaidBack => {
                let paid_back = support.course.iter().map(|(day, _)| *day).max();
                cases.extend(paid_back.map(|day| CaseToSettle::paid_back(leg.item, day)));
            }
            Story::Plain | Story::NotEligible | Story::First | Story::Second | Story::TopUp => {}
        }
    }
    cases
}
