//! The read model that follows from the events of the funding ledger, and what its readers share.
//!
//! `transfer` keeps each transfer once, with the two `cell`s between which it moves and the stages there; a cell is one
//! combination of all dimensions but stage and item. `owner`, `succession` and `item` keep names; `case_opened` and
//! `case_settled` keep what waits for an officer. Every figure is a sum over transfers, made when it is asked for: a
//! `Shelf` holds them in memory, so any two days and any combination of dimensions cost one walk through them.
//!
//! **Invariant:** a transfer adds as much to one cell as it takes from another. Money moves, it never appears.

mod batch;
mod codes;
mod decode;
mod journal;
mod places;
mod symbols;
mod tables;

pub(crate) use codes::{KINDS, STAGES, kind_of, kind_vi, kind_word, stage_number, stage_word};
pub(crate) use journal::{Cell, Entry, Journal, Leg, Seen, Shelf};
pub(crate) use places::Places;
pub(crate) use symbols::Symbols;

use batch::{Batch, Remembered};
use decode::Grounds;
use event_log::RecordedEvent;
use projection::{Error, Query, ReadModel, SetAside, Transaction};
use reference::{Areas, Reference};
use std::sync::Arc;

/// What readers of money share.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) places: Places,
    pub(crate) shelf: Shelf,
}

impl Books {
    pub(crate) fn new(areas: &Areas) -> Self {
        Self { places: Places::new(areas), shelf: Shelf::default() }
    }
}

/// Name under which the service's log feeds this model; also the context of its consistency tokens.
pub const FUNDING_SOURCE: &str = "funding";

/// The fold of the service's events. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FundingModel {
    grounds: Arc<Grounds>,
    /// What the tables hold, once it was read.
    remembered: Option<Remembered>,
}

impl FundingModel {
    /// The model with these packs. Packs that change areas, programmes or sources of money ask for a rebuild.
    pub fn new(reference: &Reference) -> Self {
        Self { grounds: Arc::new(Grounds::new(reference)), remembered: None }
    }
}

impl ReadModel for FundingModel {
    const NAME: &'static str = "funding_view";
    const SCHEMA_VERSION: i64 = 1;

    fn create_statements() -> Vec<Query> {
        tables::create_statements()
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, Error> {
        // Taken out: where the batch fails nothing is remembered.
        let remembered = match self.remembered.take() {
            Some(remembered) => remembered,
            None => tables::remembered(transaction).await?,
        };
        let mut batch = Batch::new(remembered);
        let mut set_aside = Vec::new();
        for event in events {
            let applied = self.grounds.decode(event).and_then(|decoded| batch.apply(event, decoded));
            if let Err(reason) = applied {
                set_aside.push(SetAside { position: event.position, reason: reason.to_string() });
            }
        }
        let (rows, remembered) = batch.into_rows();
        tables::write(transaction, rows).await?;
        self.remembered = Some(remembered);
        Ok(set_aside)
    }

    fn forget(&mut self) {
        self.remembered = None;
    }
}
