//! Money outside the disbursement rate: what communities gave in cash, labour and land, and policy credit. Each stands in
//! a book or a source of its own and is never added to the budget's money.

use super::{
    book::{Account, ItemNumber, Move, Phase},
    lines::{Capital, Cell, MILLION},
    owners::{BANK, OwnerNumber, Owners},
    schedule::open,
    works::{Item, What, Works},
};
use crate::{
    days::{days_after, entered},
    dice::{Dice, Purpose},
};
use api::funding::{Movement, Stage};
use kernel::date;

/// Đồng of a day's work and of a square metre, by which contributions are converted (invented).
const DAY_OF_WORK: i64 = 220_000;
const SQUARE_METRE: i64 = 45_000;
/// Credit granted in each year, in millions of đồng, in six instalments (invented).
const CREDIT: [(i16, i64); 4] = [(2022, 186_000), (2023, 216_000), (2024, 240_000), (2025, 228_000)];

/// What was given and lent.
#[derive(Debug, Default)]
pub(super) struct Outside {
    pub(super) cells: Vec<Cell>,
    pub(super) items: Vec<Item>,
    pub(super) moves: Vec<Move>,
    /// By item, in đồng.
    pub(super) gifts: Vec<(ItemNumber, i64)>,
    /// Who holds something of it when the units are merged.
    pub(super) open: Vec<OwnerNumber>,
}

const fn cell(node: &'static str, kind: Capital, source: &'static str, vintage: i16) -> Cell {
    Cell { line: None, assigned: node, detailed: node, kind, source, vintage, millions: 0, unallocated: 0 }
}

impl Outside {
    /// `first_cell` and `first_item` are the numbers of the first that it adds.
    pub(super) fn draw(
        seed: u64,
        works: &Works,
        cells: &[Cell],
        owners: &Owners,
        first_item: ItemNumber,
    ) -> Self {
        let mut outside = Self::default();
        outside.gifts(seed, works, cells);
        outside.credit(seed, cells.len(), owners, first_item);
        outside
    }

    /// People give to works of new rural development in their commune: work, land, sometimes cash.
    fn gifts(&mut self, seed: u64, works: &Works, cells: &[Cell]) {
        let mut dice = Dice::new(seed, Purpose::Contributions, 0);
        for leg in &works.legs {
            let of = &cells[usize::from(leg.cell)];
            if (of.detailed, of.source) != ("NTM.ND02", "CEN") || leg.place % 2 == 1 {
                continue;
            }
            let day = days_after(works.items[leg.item as usize].decided, 60 + dice.below(50));
            let work = i64::from(dice.between(20, 160));
            self.give(
                cells.len(),
                cell(of.detailed, Capital::InKind, "CLA", of.vintage),
                leg,
                day,
                (work, DAY_OF_WORK),
            );
            if leg.place % 4 == 0 {
                let land = i64::from(dice.between(80, 1800));
                self.give(
                    cells.len(),
                    cell(of.detailed, Capital::InKind, "CLD", of.vintage),
                    leg,
                    day,
                    (land, SQUARE_METRE),
                );
            }
            if dice.chance(400) {
                let cash = i64::from(dice.between(6, 70)) * MILLION;
                self.give(
                    cells.len(),
                    cell(of.detailed, Capital::Investment, "CCA", of.vintage),
                    leg,
                    day,
                    (1, cash),
                );
            }
        }
    }

    fn give(
        &mut self,
        first_cell: usize,
        cell: Cell,
        leg: &super::works::Leg,
        day: kernel::Date,
        (quantity, price): (i64, i64),
    ) {
        let effective = open(day, cell.vintage);
        let at = self.cell(first_cell, cell);
        let amount = quantity * price;
        let to = Account {
            stage: Stage::Paid,
            cell: at,
            detailed: true,
            executing: cell.vintage,
            owner: leg.owner,
            item: Some(leg.item),
        };
        self.gifts.push((leg.item, amount));
        self.open.push(leg.owner);
        self.moves.push(Move {
            movement: Movement::Contribute,
            from: to.at(Stage::Grantor),
            to,
            amount,
            effective,
            recorded: entered(effective),
            phase: Phase::Pay,
            valuation: (cell.kind == Capital::InKind).then_some((quantity, price)),
        });
    }

    /// The bank lends in six instalments a year and gets a third back in the year after.
    fn credit(&mut self, seed: u64, first_cell: usize, owners: &Owners, first_item: ItemNumber) {
        let mut dice = Dice::new(seed, Purpose::Contributions, 1);
        for (vintage, millions) in CREDIT {
            let at = self.cell(first_cell, cell("GNBV", Capital::Loan, "CRE", vintage));
            // Invariant: the demo has some thousand items.
            let item = first_item + self.items.len() as ItemNumber;
            let what = What::Works {
                asset: "credit",
                words: "Tín dụng chính sách cho hộ nghèo, cận nghèo, mới thoát nghèo",
                place: owners.get(BANK).place,
                approved: millions * MILLION,
            };
            self.items.push(Item { what, decided: date(vintage, 6, 20) });
            let to = Account {
                stage: Stage::Paid,
                cell: at,
                detailed: true,
                executing: vintage,
                owner: BANK,
                item: Some(item),
            };
            for month in 7..=12 {
                let effective = date(vintage, month, 1 + dice.below(9) as i8);
                let amount = millions * MILLION / 6;
                self.moves.push(Move {
                    movement: Movement::Lend,
                    from: to.at(Stage::Grantor),
                    to,
                    amount,
                    effective,
                    recorded: entered(effective),
                    phase: Phase::Pay,
                    valuation: None,
                });
            }
            if vintage < 2025 {
                let effective = date(vintage + 1, 9, 10 + dice.below(9) as i8);
                self.moves.push(Move {
                    movement: Movement::RepayLoan,
                    from: to,
                    to: to.at(Stage::Returned),
                    amount: millions * MILLION / 3,
                    effective,
                    recorded: entered(effective),
                    phase: Phase::GiveBack,
                    valuation: None,
                });
            }
        }
    }

    fn cell(&mut self, first_cell: usize, cell: Cell) -> u16 {
        let at = self.cells.iter().position(|other| *other == cell).unwrap_or_else(|| {
            self.cells.push(cell);
            self.cells.len() - 1
        });
        // Invariant: there are some hundred cells.
        (first_cell + at) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instalments_are_whole_dong() {
        assert!(CREDIT.iter().all(|(_, millions)| millions % 6 == 0 && millions % 3 == 0));
    }
}
