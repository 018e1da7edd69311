//! Questions that other services ask of the folded events.

use crate::{
    Class, SOURCE, StocksAsked,
    domain::{AreaNumber, History, StandardCalendar, Stocks},
    model::calendar,
    stocks,
};
use kernel::{AreaKey, Date, HouseholdId};
use projection::{Error, Query, ReadDatabase, Reader as _, WaitError};
use reference::Reference;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// What one service has folded of the poverty registry's events. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PovertyView {
    database: ReadDatabase,
    calendar: Arc<StandardCalendar>,
}

/// An answer and how far the registry's log was folded for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    /// Position in the poverty registry's log.
    pub position: u64,
    /// The answer.
    pub value: T,
}

/// Households of an area on a day, under the standard in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub registered: i64,
    /// Of these with a review.
    pub reviewed: i64,
    /// Of these the poor.
    pub poor: i64,
    /// Of these the near-poor.
    pub near_poor: i64,
}

impl PovertyView {
    /// The view over the tables of [`PovertyModel`](crate::PovertyModel), which a projector carries on elsewhere.
    pub fn new(database: ReadDatabase, reference: &Reference) -> Self {
        Self { database, calendar: Arc::new(calendar(reference)) }
    }

    /// Waits until the view has applied that position of the poverty registry's log.
    pub async fn wait_for(&self, position: u64, wait_max: Duration) -> Result<(), WaitError> {
        self.database.wait_for(SOURCE, position, wait_max).await
    }

    /// Households of the area on a day, as known by the end of another; `None` where none was registered there by then.
    pub async fn counts(
        &self,
        area: &AreaKey,
        as_at: Date,
        known_on: Date,
    ) -> Result<Seen<Option<Counts>>, Error> {
        let days = BTreeSet::from([as_at]);
        let area = [AreaNumber::of(area).number()];
        let asked = StocksAsked { together: &area, by_group: &[], days: &days, known_on };
        let (reached, parts) = stocks(&self.database, asked).await?;
        let sum: Stocks = parts.into_iter().map(|part| part.stocks).sum();
        let counts = Counts {
            registered: sum.registered.households,
            reviewed: sum.reviewed().households,
            poor: sum.poor.households,
            near_poor: sum.near_poor.households,
        };
        let value = (counts.registered > 0).then_some(counts);
        Ok(Seen { position: reached.position, value })
    }

    /// The class of the household on a day, as known by the end of another; `None` where it was not registered by then.
    pub async fn class_of(
        &self,
        household: HouseholdId,
        day: Date,
        known_on: Date,
    ) -> Result<Seen<Option<Class>>, Error> {
        let query = Query::new("select household.history from household where household.id = $1")
            .bind(household.to_string());
        let (reached, rows) = (&self.database).read(SOURCE, query).await?;
        let value = match rows.first() {
            None => None,
            Some(row) => {
                let stored: String = row.get("history")?;
                let history: History = serde_json::from_str(&stored).map_err(Error::Rows)?;
                history.class_on(day, known_on, &self.calendar)
            }
        };
        Ok(Seen { position: reached.position, value })
    }
}
