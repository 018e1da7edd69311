//! One batch of events, folded in memory into the rows to write.

use super::{
    Placing, States,
    fold::{Decoded, Inapplicable},
    tables::{FactRow, FigureRow, HouseholdRow, StockRow, Sums, Told, YearRow},
};
use crate::domain::{
    Amount, AreaNumber, Day, Fact, FactKey, History, KnownFact, Measure, StandardCalendar, Stocks, changes,
    facts, timeline,
};
use kernel::HouseholdId;
use projection::{Error, SetAside};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

#[derive(Debug)]
pub(super) struct Batch {
    placing: Arc<Placing>,
    calendar: Arc<StandardCalendar>,
    stored: States,
    households: HashMap<HouseholdId, Household>,
    told: Told,
    /// Changes of facts by what they change and the day on which they were known.
    changes: HashMap<(FactKey, Day), Amount>,
}

/// A household with the facts that its history makes.
#[derive(Debug)]
struct Household {
    history: History,
    facts: Vec<Fact>,
}

impl Batch {
    pub(super) fn new(placing: Arc<Placing>, calendar: Arc<StandardCalendar>) -> Self {
        Self {
            placing,
            calendar,
            stored: States::new(),
            households: HashMap::new(),
            told: Told::default(),
            changes: HashMap::new(),
        }
    }

    /// The number of households that it holds.
    pub(super) fn households(&self) -> usize {
        self.households.len()
    }

    /// The households of the events that the batch does not hold yet: their stored histories are to be brought.
    pub(super) fn missing(&self, events: &[Decoded]) -> Vec<HouseholdId> {
        let mut ids: Vec<HouseholdId> = events.iter().map(|event| event.household).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| !self.households.contains_key(id));
        ids
    }

    /// Applies the events in order, with the stored histories of the households that were missing. Gives those that cannot
    /// be applied.
    pub(super) fn apply_all(&mut self, events: Vec<Decoded>, stored: States) -> Vec<SetAside> {
        self.stored.extend(stored);
        let mut set_aside = Vec::new();
        for event in events {
            let position = event.row.position();
            if let Err(reason) = self.apply(event) {
                set_aside.push(SetAside { position, reason: reason.to_string() });
            }
        }
        set_aside
    }

    /// Applies the event, or refuses it and changes nothing.
    fn apply(&mut self, event: Decoded) -> Result<(), Inapplicable> {
        self.load(event.household)?;
        let (history, old) = match self.households.get(&event.household) {
            Some(household) => (Some(household.history.clone()), household.facts.as_slice()),
            None => (None, &[][..]),
        };
        let Decoded { row, what, effective, known, .. } = event;
        let history = History::with(history, what, effective, known)?;
        let (facts, changed) = changes(old, &history, &self.calendar);
        for (item, change) in (0..).zip(&changed) {
            self.told.facts.push(FactRow { position: row.position(), item, change: *change });
            let KnownFact { fact: Fact { key, amount }, known } = *change;
            *self.changes.entry((key, known)).or_default() += amount;
        }
        self.told.events.push(row);
        self.households.insert(event.household, Household { history, facts });
        Ok(())
    }

    /// Brings a stored household into memory, once.
    fn load(&mut self, id: HouseholdId) -> Result<(), Inapplicable> {
        let Some(stored) = self.stored.remove(&id) else { return Ok(()) };
        let history: History = serde_json::from_str(&stored).map_err(Inapplicable::StoredHistory)?;
        let facts = facts(&timeline(&history, &self.calendar));
        self.households.insert(id, Household { history, facts });
        Ok(())
    }

    /// The rows that tell of single events since they were taken last, in an order that makes the inserts run along the
    /// tables' keys.
    pub(super) fn take_told(&mut self) -> Told {
        let mut told = std::mem::take(&mut self.told);
        told.facts.sort_unstable_by_key(FactRow::place);
        told
    }

    /// Its households, and what changed.
    pub(super) fn into_parts(self) -> (Households, Changes) {
        (Households(self.households), Changes { placing: self.placing, changes: self.changes })
    }
}

/// Households as a batch leaves them.
pub(super) struct Households(HashMap<HouseholdId, Household>);

impl Households {
    /// In the order of the table's key.
    pub(super) fn into_rows(self) -> Result<Vec<HouseholdRow>, Error> {
        let households: BTreeMap<_, _> = self.0.into_iter().collect();
        households.into_iter().map(|(id, household)| HouseholdRow::new(id, &household.history)).collect()
    }
}

/// Changes of facts of a batch.
pub(super) struct Changes {
    placing: Arc<Placing>,
    changes: HashMap<(FactKey, Day), Amount>,
}

impl Changes {
    /// What they sum up to, in an order that makes the inserts run along the tables' keys. A row that adds up to nothing
    /// within the batch is written all the same: which rows there are must not depend on where batches begin.
    pub(super) fn into_sums(self) -> Sums {
        // Invariant: only leaves that are placed are read from events.
        let areas = |leaf| self.placing.adds_to(leaf).unwrap_or_default().iter().map(|area| area.number());
        let mut figures = Vec::new();
        let mut of_leaves: HashMap<_, Stocks> = HashMap::new();
        for ((key, known), amount) in self.changes {
            let FactKey { leaf, measure, ethnicity, effective } = key;
            if Measure::STOCKS.contains(&measure) {
                for group in [None, Some(ethnicity)] {
                    of_leaves.entry((leaf, group, effective, known)).or_default().add(measure, amount);
                }
            } else {
                let figure = |area| FigureRow { area, measure: measure.number(), effective, known, amount };
                figures.extend(areas(leaf).map(figure));
            }
        }
        let mut stocks = Vec::new();
        for ((leaf, group, effective, known), of_leaf) in of_leaves {
            let stock = |area| StockRow { area, group, effective, known, stocks: of_leaf };
            stocks.extend(areas(leaf).map(stock));
            if group.is_none() && self.placing.is_unplaced_somewhere(leaf) {
                stocks.push(stock(recorded_directly(leaf)));
            }
        }
        let stocks = summed(stocks, StockRow::place, |row, next| row.stocks += next.stocks);
        let years = summed(stocks.iter().map(YearRow::of).collect(), YearRow::place, YearRow::add);
        let figures = summed(figures, FigureRow::place, |row, next| row.amount += next.amount);
        Sums { figures, stocks, years }
    }
}

/// One row for each place, with the sum of what is there, in the order of places.
fn summed<R, K: Ord>(mut rows: Vec<R>, place: fn(&R) -> K, add: fn(&mut R, &R)) -> Vec<R> {
    rows.sort_unstable_by_key(place);
    rows.dedup_by(|next, kept| {
        let same = place(next) == place(kept);
        if same {
            add(kept, next);
        }
        same
    });
    rows
}

/// The number under which stocks are kept of what was recorded in a unit itself, without a village.
pub const fn recorded_directly(unit: AreaNumber) -> i64 {
    -unit.number()
}
