//! What a read model is.

use crate::{Error, Query, Transaction};
use event_log::RecordedEvent;

/// Tables that follow from events.
///
/// **Invariant:** what `apply` writes follows from the events and the tables alone (no clock, no randomness), so that a
/// rebuilt model equals the live one.
pub trait ReadModel: Send {
    /// Names the model in files, schemas, metrics and messages: lower-case letters and `_`, for example `progress`.
    const NAME: &'static str;
    /// To be raised with every change of the tables or of what is written to them; a rebuild then makes them anew.
    const SCHEMA_VERSION: i64;

    /// Creates the tables and indexes, in an empty schema. The names `checkpoint` and `set_aside` are taken.
    fn create_statements() -> Vec<Query>;

    /// Applies events in order, each position once, within the transaction that also moves the checkpoint. Answers with
    /// the events that could not be applied: they leave no trace in the tables and their neighbours go on. An error
    /// undoes the whole batch and it is tried again.
    fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> impl Future<Output = Result<Vec<SetAside>, Error>> + Send;

    /// Drops whatever is remembered in memory: called when a batch was not committed, or when the tables were changed by
    /// somebody else or exchanged for rebuilt ones.
    fn forget(&mut self) {}

    /// From now on, until it is told to forget, the model may keep in memory what later batches would change again, and
    /// write it with [`ReadModel::write_kept`]. Called where empty tables are filled that nobody reads yet; after an error
    /// they are thrown away.
    fn keep(&mut self) {}

    /// Writes everything that was kept.
    fn write_kept(
        &mut self,
        _transaction: &mut Transaction,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        std::future::ready(Ok(()))
    }
}

/// An event of the batch that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The event's position.
    pub position: u64,
    /// Why, without personal data.
    pub reason: String,
}
