//! The read model: six tables that follow from the events of the poverty registry.
//!
//! `household` keeps each household's history, so that the facts before and after an event can be compared; `event`
//! keeps where a fact came from; `fact` keeps every change of a fact. The others keep the same changes added up for the
//! area itself and for every area of every map that it is a part of, so that a view of the province reads few rows:
//! `figure` movements and lacks; `stock` households and persons, all classes in one row, for each ethnic group and for all
//! together; `stock_of_year` what the stocks of a year add up to.
//!
//! **Invariant:** for every area, measure, day of effect and day of knowledge, `figure` is the sum of `fact` over the
//! leaves of the area; so is each stock of `stock` over those of its group, or over all; and `stock_of_year` is the sum of `stock` over
//! the days of effect of its year, all known by its `last_known`.

mod batch;
mod fold;
mod placing;
mod tables;

pub use batch::recorded_directly;
pub use placing::{Placing, containers, overlaps};
pub(crate) use tables::{ALL_GROUPS, STOCK_AMOUNTS};

use crate::domain::StandardCalendar;
use batch::Batch;
use event_log::RecordedEvent;
use fold::Decoded;
use kernel::HouseholdId;
use projection::{Error, Kept, Query, ReadModel, SetAside, Transaction};
use reference::Reference;
use std::{collections::HashMap, future::ready, pin::Pin, sync::Arc};
use tables::Told;

/// The fold of the poverty registry's events into facts and figures.
#[derive(Debug)]
pub struct PovertyModel {
    placing: Arc<Placing>,
    calendar: Arc<StandardCalendar>,
    kept: Kept<(Batch, Told)>,
    kept_max: usize,
}

/// Households that are kept at most. The province has 107,700; each takes some 1.5 kB.
const KEPT_HOUSEHOLDS_MAX: usize = 150_000;

/// Name under which the registry's log feeds this model; also the context of its consistency tokens.
pub const SOURCE: &str = "poverty";

impl PovertyModel {
    /// The model with these packs. Packs that change areas or standards ask for a rebuild.
    pub fn new(reference: &Reference) -> Self {
        Self {
            placing: Arc::new(Placing::new(&reference.areas)),
            calendar: Arc::new(calendar(reference)),
            kept: Kept::nothing(),
            kept_max: KEPT_HOUSEHOLDS_MAX,
        }
    }

    /// The same, keeping that many households between batches at most where it may keep any.
    #[must_use]
    pub const fn keeping_at_most(mut self, households: usize) -> Self {
        self.kept_max = households;
        self
    }

    fn empty_batch(&self) -> Batch {
        Batch::new(Arc::clone(&self.placing), Arc::clone(&self.calendar))
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
    const SCHEMA_VERSION: i64 = 7;

    fn create_statements() -> Vec<Query> {
        tables::create_statements()
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, Error> {
        let kept = self.kept.take();
        let (mut batch, mut told) = kept.unwrap_or_else(|| (self.empty_batch(), Told::default()));
        let mut set_aside = Vec::new();
        let mut chunks = events.chunks(CHUNK_EVENTS);
        let mut decoding = chunks.next().map(|chunk| self.decode(chunk, events.len()));
        while let Some(decoded) = decoding.take() {
            let (decoded, unreadable) = decoded.await?;
            decoding = chunks.next().map(|chunk| self.decode(chunk, events.len()));
            set_aside.extend(unreadable);
            let stored = if self.kept.any_stored() {
                tables::households(transaction, &batch.missing(&decoded)).await?
            } else {
                States::new()
            };
            let folding = apart(events.len(), move || {
                let refused = batch.apply_all(decoded, stored);
                (batch, refused)
            });
            let writing = tables::write_told(transaction, told);
            let ((folded, refused), ()) = tokio::try_join!(folding, writing)?;
            batch = folded;
            set_aside.extend(refused);
            told = batch.take_told();
        }
        set_aside.sort_by_key(|event: &SetAside| event.position);
        if self.kept.keeps() && batch.households() < self.kept_max {
            // What the last events tell is written while the next ones are folded.
            self.kept.put((batch, told));
        } else {
            write(transaction, batch, told, events.len()).await?;
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
        if let Some((batch, told)) = self.kept.take() {
            write(transaction, batch, told, usize::MAX).await?;
            self.kept.written();
        }
        Ok(())
    }
}

/// Writes what the last events tell and what all of them sum up to; each part while the next one is worked out.
async fn write(transaction: &mut Transaction, batch: Batch, told: Told, events: usize) -> Result<(), Error> {
    let (households, changes) = batch.into_parts();
    let rows = apart(events, move || households.into_rows());
    let (households, ()) = tokio::try_join!(rows, tables::write_told(transaction, told))?;
    let sums = apart(events, move || changes.into_sums());
    let (sums, ()) = tokio::try_join!(sums, tables::write_households(transaction, households?))?;
    tables::write_sums(transaction, sums).await
}

/// Events of a large batch that go together: while the rows of some are written, the next ones are folded and those after
/// them decoded, each on a thread of its own.
const CHUNK_EVENTS: usize = 1_000;

impl PovertyModel {
    /// Begins to decode the events.
    fn decode(&self, events: &[RecordedEvent], batch: usize) -> Working<(Vec<Decoded>, Vec<SetAside>)> {
        if batch <= CHUNK_EVENTS {
            return Box::pin(ready(Ok(fold::decode(events, &self.placing))));
        }
        let (events, placing) = (events.to_vec(), Arc::clone(&self.placing));
        apart(batch, move || fold::decode(&events, &placing))
    }
}

/// Work that is done, or under way.
type Working<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// Does the work of a small batch at once, and begins that of a large one on another thread.
fn apart<T: Send + 'static>(batch: usize, work: impl FnOnce() -> T + Send + 'static) -> Working<T> {
    if batch <= CHUNK_EVENTS {
        return Box::pin(ready(Ok(work())));
    }
    let working = tokio::task::spawn_blocking(work);
    Box::pin(async move { working.await.map_err(|error| Error::Source(error.into())) })
}

/// Stored histories by household, as text.
type States = HashMap<HouseholdId, String>;
