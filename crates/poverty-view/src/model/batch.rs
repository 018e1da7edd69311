//! One batch of events, folded in memory into the rows to write.

use super::{
    Placing, States,
    fold::{Decoded, Inapplicable},
    tables::{EventRow, FactRow, FigureRow, HouseholdRow, Rows},
};
use crate::domain::{
    Amount, AreaNumber, Day, Ethnicity, Fact, History, KnownFact, Measure, StandardCalendar, changes, facts,
    timeline,
};
use kernel::HouseholdId;
use projection::Error;
use std::collections::{BTreeMap, HashMap};

pub(super) struct Batch<'a> {
    placing: &'a Placing,
    calendar: &'a StandardCalendar,
    stored: States,
    households: HashMap<HouseholdId, Household>,
    events: Vec<EventRow>,
    facts: Vec<FactRow>,
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
    effective: Day,
    known: Day,
    ethnicity: Ethnicity,
}

impl<'a> Batch<'a> {
    pub(super) fn new(placing: &'a Placing, calendar: &'a StandardCalendar, stored: States) -> Self {
        Self {
            placing,
            calendar,
            stored,
            households: HashMap::new(),
            events: Vec::new(),
            facts: Vec::new(),
            figures: HashMap::new(),
        }
    }

    /// Applies the event, or refuses it and changes nothing.
    pub(super) fn apply(&mut self, event: Decoded<'_>) -> Result<(), Inapplicable> {
        self.load(event.household)?;
        let (history, old) = match self.households.get(&event.household) {
            Some(household) => (Some(household.history.clone()), household.facts.as_slice()),
            None => (None, &[][..]),
        };
        let recorded = event.recorded;
        let history = History::with(history, event.what, recorded.effective, recorded.recorded_at.day())?;
        let (facts, changed) = changes(old, &history, self.calendar);
        for (item, change) in (0..).zip(&changed) {
            self.facts.push(FactRow { position: recorded.position, item, change: *change });
            self.add(change);
        }
        self.events.push(EventRow::new(recorded, event.household, event.actor, event.document));
        self.households.insert(event.household, Household { history, facts });
        Ok(())
    }

    /// Brings a stored household into memory, once.
    fn load(&mut self, id: HouseholdId) -> Result<(), Inapplicable> {
        let Some(stored) = self.stored.remove(&id) else { return Ok(()) };
        let history: History = serde_json::from_str(&stored).map_err(Inapplicable::StoredHistory)?;
        let facts = facts(&timeline(&history, self.calendar));
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

    /// All rows, in an order that makes the inserts run along the tables' keys. A figure that adds up to nothing within
    /// the batch is written all the same: which rows there are must not depend on where batches begin.
    pub(super) fn into_rows(self) -> Result<Rows, Error> {
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
        let mut facts = self.facts;
        facts.sort_unstable_by_key(FactRow::place);
        Ok(Rows {
            households: households.collect::<Result<_, _>>()?,
            events: self.events,
            facts,
            figures: figures.collect(),
        })
    }
}

/// The number under which `figure` keeps what was recorded in a unit itself, without a village.
pub const fn recorded_directly(unit: AreaNumber) -> i64 {
    -unit.number()
}
