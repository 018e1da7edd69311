//! The read model: four tables that follow from the events of the poverty registry.
//!
//! `household` keeps each household's history, so that the facts before and after an event can be compared; `event`
//! keeps where a fact came from; `fact` keeps every change of a fact; `figure` keeps the same changes added up for the
//! area itself and for every area of every map that it is a part of, so that a view of the province reads few rows.
//!
//! **Invariant:** for every area, measure, group, day of effect and day of knowledge, `figure` is the sum of `fact` over
//! the leaves of the area.

mod batch;
mod fold;
mod placing;
mod tables;

pub use batch::recorded_directly;
pub use placing::{Placing, overlaps};

use crate::domain::StandardCalendar;
use batch::Batch;
use event_log::RecordedEvent;
use kernel::HouseholdId;
use projection::{Error, Query, ReadModel, SetAside, Transaction};
use reference::Reference;
use std::{collections::HashMap, sync::Arc};

/// The fold of the poverty registry's events into facts and figures. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PovertyModel {
    placing: Arc<Placing>,
    calendar: Arc<StandardCalendar>,
}

/// Name under which the registry's log feeds this model; also the context of its consistency tokens.
pub const SOURCE: &str = "poverty";

impl PovertyModel {
    /// The model with these packs. Packs that change areas or standards ask for a rebuild.
    pub fn new(reference: &Reference) -> Self {
        Self { placing: Arc::new(Placing::new(&reference.areas)), calendar: Arc::new(calendar(reference)) }
    }
}

/// The standards' days.
pub fn calendar(reference: &Reference) -> StandardCalendar {
    let periods = reference
        .standards
        .all()
        .iter()
        .map(|standard| crate::domain::StandardPeriod { id: standard.id.clone(), period: standard.validity });
    StandardCalendar::new(periods.collect())
}

impl ReadModel for PovertyModel {
    const NAME: &'static str = "poverty_view";
    const SCHEMA_VERSION: i64 = 4;

    fn create_statements() -> Vec<Query> {
        tables::create_statements()
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, Error> {
        let (decoded, mut set_aside) = fold::decode(events, &self.placing);
        let mut ids: Vec<HouseholdId> = decoded.iter().map(|event| event.household).collect();
        ids.sort_unstable();
        ids.dedup();
        let states = tables::households(transaction, &ids).await?;
        let mut batch = Batch::new(&self.placing, &self.calendar, states);
        for event in decoded {
            let position = event.recorded.position;
            if let Err(reason) = batch.apply(event) {
                set_aside.push(SetAside { position, reason: reason.to_string() });
            }
        }
        set_aside.sort_by_key(|event| event.position);
        tables::write(transaction, batch.into_rows()?).await?;
        Ok(set_aside)
    }
}

/// Stored histories by household, as text.
type States = HashMap<HouseholdId, String>;
