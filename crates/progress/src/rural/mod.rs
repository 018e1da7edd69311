//! The read model that follows from the events of rural criteria: five tables, two rows for each event.
//!
//! `event` keeps where a fact came from; `title`, `assessment`, `listing` and `observation` keep what was decided, found and
//! observed, each under the unit it was said of and with both of its dates. Nothing is carried from a unit to the one that
//! it was merged into and nothing is overwritten: a view takes the latest fact of each unit that had taken effect and was
//! known by its days, and draws what follows for merged units from that.

mod codes;
mod fold;
mod tables;

pub(crate) use codes::{Standing, TitleChange, list_number, tier, tier_number};

use event_log::RecordedEvent;
use fold::{Known, fold};
use projection::{Error, Query, ReadModel, SetAside, Transaction};
use reference::Reference;
use std::sync::Arc;

/// Name under which the service's log feeds this model; also the context of its consistency tokens.
pub const RURAL_SOURCE: &str = "rural";

/// The fold of the service's events. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RuralModel {
    known: Arc<Known>,
}

impl RuralModel {
    /// The model with these packs. Packs that change areas or criteria sets ask for a rebuild.
    pub fn new(reference: &Reference) -> Self {
        Self { known: Arc::new(Known::new(reference)) }
    }
}

impl ReadModel for RuralModel {
    const NAME: &'static str = "rural_view";
    const SCHEMA_VERSION: i64 = 2;

    fn create_statements() -> Vec<Query> {
        tables::create_statements()
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, Error> {
        let (rows, set_aside) = fold(events, &self.known)?;
        tables::write(transaction, rows).await?;
        Ok(set_aside)
    }
}
