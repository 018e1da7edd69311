//! One batch of events, folded in memory into the rows to write.

use super::{
    Placing, States,
    fold::{Decoded, Inapplicable},
    tables::{FactRow, FigureRow, HouseholdRow, Sums, Told},
};
use crate::domain::{
    Amount, AreaNumber, Day, Ethnicity, Fact, History, KnownFact, Measure, StandardCalendar, changes, facts,
    timeline,
};
use kernel::HouseholdId;
use projection::{Error, SetAside};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

pub(super) struct Batch {
    placing: Arc<Placing>,
    calendar: Arc<StandardCalendar>,
    stored: States,
    households: HashMap<HouseholdId, Household>,
    told: Told,
    figures: HashMap<FigureKey, Amount>,
}

/// A household with the facts that its history makes.
struct Household {
    history: History,
    facts: Vec<Fact>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct FigureKey {
    area: i64,
    measure: Measure,
    ethnicity: Ethnicity,
    effective: Day,
    known: Day,
}

impl Batch {
    pub(super) fn new(placing: Arc<Placing>, calendar: Arc<StandardCalendar>) -> Self {
        Self {
            placing,
            calendar,
            stored: States::new(),
            households: HashMap::new(),
            told: Told::default(),
            figures: HashMap::new(),
        }
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
            self.add(change);
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

    /// Adds the change to the leaf and to every area the leaf is a part of.
    fn add(&mut self, change: &KnownFact) {
        let key = change.fact.key;
        let own = |area: i64| FigureKey {
            area,
            measure: key.measure,
            effective: key.effective,
            known: change.known,
            ethnicity: key.ethnicity,
        };
        // Invariant: only leaves that are placed are read from events.
        for area in self.placing.adds_to(key.leaf).unwrap_or_default() {
            *self.figures.entry(own(area.number())).or_default() += change.fact.amount;
        }
        if key.measure == Measure::Registered && self.placing.is_unplaced_somewhere(key.leaf) {
            *self.figures.entry(own(recorded_directly(key.leaf))).or_default() += change.fact.amount;
        }
    }

    /// The rows that tell of single events since they were taken last, in an order that makes the inserts run along the
    /// tables' keys.
    pub(super) fn take_told(&mut self) -> Told {
        let mut told = std::mem::take(&mut self.told);
        told.facts.sort_unstable_by_key(FactRow::place);
        told
    }

    /// What the whole batch sums up to, in an order that makes the inserts run along the tables' keys. A figure that adds up
    /// to nothing within the batch is written all the same: which rows there are must not depend on where batches begin.
    pub(super) fn into_sums(self) -> Result<Sums, Error> {
        let households: BTreeMap<_, _> = self.households.into_iter().collect();
        let households =
            households.into_iter().map(|(id, household)| HouseholdRow::new(id, &household.history));
        let figures: BTreeMap<_, _> = self.figures.into_iter().collect();
        let figures = figures.into_iter().map(|(key, amount)| FigureRow {
            area: key.area,
            measure: key.measure.number(),
            effective: key.effective,
            known: key.known,
            ethnicity: key.ethnicity,
            amount,
        });
        Ok(Sums { households: households.collect::<Result<_, _>>()?, figures: figures.collect() })
    }
}

/// The number under which `figure` keeps what was recorded in a unit itself, without a village.
pub const fn recorded_directly(unit: AreaNumber) -> i64 {
    -unit.number()
}
