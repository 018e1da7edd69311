//! The read model that follows from the events of the funding ledger.

use event_log::RecordedEvent;
use projection::{Error, Query, ReadModel, SetAside, Transaction};
use reference::Reference;

/// Name under which the service's log feeds this model; also the context of its consistency tokens.
pub const FUNDING_SOURCE: &str = "funding";

/// The fold of the service's events. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FundingModel;

impl FundingModel {
    /// The model with these packs. Packs that change areas ask for a rebuild.
    pub fn new(_reference: &Reference) -> Self {
        Self
    }
}

impl ReadModel for FundingModel {
    const NAME: &'static str = "funding_view";
    const SCHEMA_VERSION: i64 = 1;

    fn create_statements() -> Vec<Query> {
        Vec::new()
    }

    async fn apply(
        &mut self,
        _transaction: &mut Transaction,
        _events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, Error> {
        Ok(Vec::new())
    }
}
