//! Sums over transfers.

use super::super::point::PointOfView;
use crate::{
    figure::MoneyColumn,
    funding::{Cell, Entry, Leg, STAGES, Seen, stage_number},
};
use poverty_view::domain::{AreaNumber, Day};
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::Hash;

/// What stands at each stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Balance {
    stages: [i64; STAGES.len()],
    /// Whether anything was ever recorded; all zeros are data too.
    pub(super) recorded: bool,
}

impl Balance {
    pub(super) fn column(&self, column: MoneyColumn) -> i64 {
        column.stages().iter().map(|stage| self.stages[usize::from(stage_number(*stage))]).sum()
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (own, others) in self.stages.iter_mut().zip(other.stages) {
            *own += others;
        }
        self.recorded |= other.recorded;
    }
}

/// What stood in every cell on a day, as known on another.
#[derive(Debug)]
pub(super) struct Balances<'a> {
    cells: Vec<(&'a Cell, Balance)>,
}

/// Cells that are summed together.
#[derive(Clone, Debug)]
pub(super) struct Group<Key> {
    pub(super) key: Key,
    /// One of its cells.
    pub(super) cell: Cell,
    pub(super) balance: Balance,
}

impl<'a> Balances<'a> {
    pub(super) fn of(seen: &'a Seen, view: PointOfView) -> Self {
        let mut cells: Vec<_> = seen.journal.cells.iter().map(|cell| (cell, Balance::default())).collect();
        for entry in known(seen, view) {
            for (leg, amount) in [(entry.from, -entry.amount), (entry.to, entry.amount)] {
                let (_, balance) = &mut cells[leg.cell as usize];
                balance.stages[usize::from(leg.stage)] += amount;
                balance.recorded = true;
            }
        }
        cells.retain(|(_, balance)| balance.recorded);
        Self { cells }
    }

    /// Those that are taken.
    pub(super) fn only(mut self, takes: impl Fn(&Cell) -> bool) -> Self {
        self.cells.retain(|(cell, _)| takes(cell));
        self
    }

    /// Areas to which money had belonged.
    pub(super) fn areas(&self) -> FxHashSet<AreaNumber> {
        self.cells.iter().map(|(cell, _)| cell.area).collect()
    }

    /// One sum for each key, in their order. Cells without a key are left out.
    pub(super) fn groups<Key: Ord + Copy + Hash>(
        &self,
        key: impl Fn(&Cell) -> Option<Key>,
    ) -> Vec<Group<Key>> {
        let mut groups: Vec<Group<Key>> = Vec::new();
        let mut places: FxHashMap<Key, usize> = FxHashMap::default();
        for (cell, balance) in &self.cells {
            let Some(key) = key(cell) else { continue };
            let place = *places.entry(key).or_insert_with(|| {
                groups.push(Group { key, cell: **cell, balance: Balance::default() });
                groups.len() - 1
            });
            groups[place].balance.add(balance);
        }
        groups.sort_unstable_by_key(|group| group.key);
        groups
    }

    /// The sum of the cells that are taken.
    pub(super) fn sum(&self, takes: impl Fn(&Cell) -> bool) -> Balance {
        let mut sum = Balance::default();
        for (_, balance) in self.cells.iter().filter(|(cell, _)| takes(cell)) {
            sum.add(balance);
        }
        sum
    }
}

/// The transfers that had taken effect by the view's day and were known.
pub(super) fn known(seen: &Seen, view: PointOfView) -> impl Iterator<Item = &Entry> {
    let (as_at, known_on) = (Day::from(view.as_at), Day::from(view.known_on));
    seen.entries().filter(move |entry| entry.effective <= as_at && entry.known <= known_on)
}

/// Whether any money of the areas was.
pub(crate) fn any_recorded(seen: &Seen, view: PointOfView, areas: &FxHashSet<AreaNumber>) -> bool {
    let of_areas =
        |leg: Leg| seen.journal.cells.get(leg.cell as usize).is_some_and(|cell| areas.contains(&cell.area));
    known(seen, view).any(|entry| of_areas(entry.from) || of_areas(entry.to))
}
