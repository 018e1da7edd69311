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
use batch::{Batch, decode};
use event_log::RecordedEvent;
use projection::{Error, Kept, Query, SetAside, Transaction};
use reference::Reference;
use std::sync::Arc;

/// Folds the registry's events into the tables of lists and searches.
#[derive(Debug)]
pub struct ReadModel {
    reference: Arc<Reference>,
    keys: KeyStore,
    kept: Kept<Batch>,
    kept_max: usize,
}

/// Households of which rows are kept at most. The province has 107,700; each takes some 1 kB.
const KEPT_HOUSEHOLDS_MAX: usize = 150_000;

/// Writes the batch, a large one in parts: each while the next one is worked out.
async fn write(transaction: &mut Transaction, batch: Batch) -> Result<(), Error> {
    if batch.households() <= LARGE_BATCH {
        return tables::write(transaction, batch.finish()).await;
    }
    let mut parts = batch.into_parts(LARGE_PART).into_iter();
    let begin = |part: Batch| apart(move || part.finish());
    let mut next = parts.next().map(begin);
    while let Some(working) = next.take() {
        let changes = working.await?;
        next = parts.next().map(begin);
        tables::write(transaction, changes).await?;
    }
    Ok(())
}

/// Households whose rows are worked out together.
const LARGE_PART: usize = 10_000;

/// Larger batches are folded on a thread of their own, while the next one is read.
const LARGE_BATCH: usize = 1_000;

/// Begins the work at once.
fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, Error>> {
    let working = tokio::task::spawn_blocking(work);
    async move { working.await.map_err(|error| Error::Source(error.into())) }
}

impl ReadModel {
    /// A model that places households on these maps and opens names with these keys.
    pub fn new(reference: Arc<Reference>, keys: KeyStore) -> Self {
        Self { reference, keys, kept: Kept::nothing(), kept_max: KEPT_HOUSEHOLDS_MAX }
    }

    /// The same, keeping that many households between batches at most where it may keep any.
    #[must_use]
    pub const fn keeping_at_most(mut self, households: usize) -> Self {
        self.kept_max = households;
        self
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
        let mut batch = self.kept.take().unwrap_or_default();
        let (facts, mut set_aside) = if events.len() > LARGE_BATCH {
            let events = events.to_vec();
            apart(move || decode(&events)).await?
        } else {
            decode(events)
        };
        let named = batch::households_with_new_names(&facts);
        let keys = self.keys.states(&named).await.map_err(|error| Error::Source(error.into()))?;
        if self.kept.any_stored() {
            batch.remember(tables::known_rows(transaction, &batch.missing(&facts)).await?);
            batch.remember_names(tables::known_names(transaction, &batch.missing_names(&facts)).await?);
        }
        let reference = Arc::clone(&self.reference);
        let fold = move || {
            let refused = facts.iter().filter_map(|fact| batch.apply(fact, &reference, &keys).err());
            let refused: Vec<_> = refused.collect();
            (batch, refused)
        };
        let (batch, refused) = if events.len() > LARGE_BATCH { apart(fold).await? } else { fold() };
        set_aside.extend(refused);
        if self.kept.keeps() && batch.households() < self.kept_max {
            self.kept.put(batch);
        } else {
            write(transaction, batch).await?;
            self.kept.written();
        }
        Ok(set_aside)
    }

    fn forget(&mut self) {
        self.kept = Kept::nothing();
    }

    fn keep(&mut self) {
        self.kept = Kept::from_empty_tables();
    }

    async fn write_kept(&mut self, transaction: &mut Transaction) -> Result<(), Error> {
        if let Some(batch) = self.kept.take() {
            write(transaction, batch).await?;
            self.kept.written();
        }
        Ok(())
    }
}
