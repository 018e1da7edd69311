//! The read model behind lists and searches: which households live where, with which class, under which names. It holds no
//! household itself: answers are read from the log at the version that the row names.
//!
//! Names stand here in the clear, because a name sealed with the household's own key cannot be searched. The tables stay
//! inside the registry; a household whose key is destroyed is found by no name, and its names are gone with the next
//! rebuild.

mod batch;
mod names;
mod tables;

pub(crate) use batch::{NOT_ASSESSED, class_text};
pub(crate) use names::{NameToken, tokens};
pub(crate) use tables::household_id;

use crate::keys::KeyStore;
use batch::Batch;
use event_log::RecordedEvent;
use projection::{Error, Query, SetAside, Transaction};
use reference::Reference;
use std::sync::Arc;

/// Folds the registry's events into the tables of lists and searches.
#[derive(Clone, Debug)]
pub struct ReadModel {
    reference: Arc<Reference>,
    keys: KeyStore,
}

impl ReadModel {
    /// A model that places households on these maps and opens names with these keys.
    pub fn new(reference: Arc<Reference>, keys: KeyStore) -> Self {
        Self { reference, keys }
    }
}

impl projection::ReadModel for ReadModel {
    const NAME: &'static str = "poverty_registry";
    const SCHEMA_VERSION: i64 = 2;

    fn create_statements() -> Vec<Query> {
        tables::create()
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, Error> {
        let (mut batch, facts) = Batch::decode(events);
        let households = batch.households(&facts);
        let named = batch.households_with_new_names(&facts);
        let keys = self.keys.states(&named).await.map_err(|error| Error::Source(error.into()))?;
        batch.remember(tables::known_rows(transaction, &households).await?);
        let renamed = batch.households_with_changed_members(&facts);
        batch.remember_names(tables::known_names(transaction, &renamed).await?);
        for fact in &facts {
            batch.apply(fact, &self.reference, &keys);
        }
        let (changes, set_aside) = batch.finish();
        tables::write(transaction, changes).await?;
        Ok(set_aside)
    }
}
