//! The handle that services hold.

use crate::{AppendRequest, Appended, Fingerprint, RecordedEvent, StreamId};
use kernel::{RequestId, SharedClock};
use std::{collections::HashMap, path::PathBuf};
use tokio::sync::watch;

/// Which store holds the log.
#[derive(Clone, Debug)]
pub enum LogStore {
    /// A SQLite file, created where it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database: `postgres://user:password@host/database`.
    Postgres(String),
}

/// How a log is opened.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// Where it is kept.
    pub store: LogStore,
    /// Appends waiting at most; above it callers get [`AppendError::Overloaded`].
    pub queue_max: usize,
    /// Events in one transaction at most.
    pub batch_events_max: usize,
}

/// A failure of the store itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or could not be reached.
    #[error("event log store: {0}")]
    Store(#[from] sqlx::Error),
}

/// Why an append was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Another event came first. Nothing was written.
    #[error("stream {stream} is at version {actual}, not {expected}")]
    Stale {
        /// The stream that moved on.
        stream: StreamId,
        /// What the request expected.
        expected: u64,
        /// Where the stream stands.
        actual: u64,
    },
    /// The request id was used for a command with other content. Nothing was written.
    #[error("request id {0} was used for another command")]
    RequestIdReused(RequestId),
    /// Too many appends wait. Nothing was written; try again later.
    #[error("too many appends are waiting")]
    Overloaded,
    /// The request itself cannot be recorded (empty, a stream twice, too large). Nothing was written.
    #[error("append request cannot be recorded: {0}")]
    Invalid(String),
    /// The store refused the request. Nothing was written.
    #[error("event log could not record the append: {0}")]
    Failed(String),
    /// The log is being closed. Nothing was written.
    #[error("event log is closed")]
    Closed,
    /// The store failed and it could not be learnt whether the request was recorded. Repeat it with the same request id.
    #[error("outcome of the append is unknown: {0}")]
    Unknown(String),
}

/// One service's log. Cheap to clone; all clones share one writer.
#[derive(Clone, Debug)]
pub struct EventLog {}

impl EventLog {
    /// Opens the log, creating or migrating its tables.
    pub async fn open(options: LogOptions, clock: SharedClock) -> Result<Self, Error> {
        todo!("{options:?} {clock:?}")
    }

    /// Records the request's events, all or nothing. Concurrent requests share a transaction; each is accepted or refused
    /// on its own.
    pub async fn append(&self, request: AppendRequest) -> Result<Appended, AppendError> {
        todo!("{request:?}")
    }

    /// The outcomes of requests that were recorded before; the answer has one place for each question, in order.
    pub async fn outcomes(
        &self,
        requests: &[(RequestId, Fingerprint)],
    ) -> Result<Vec<Result<Option<Appended>, AppendError>>, Error> {
        todo!("{requests:?}")
    }

    /// All events of the streams, each stream in version order; a stream without events is absent.
    pub async fn streams(
        &self,
        streams: &[StreamId],
    ) -> Result<HashMap<StreamId, Vec<RecordedEvent>>, Error> {
        todo!("{streams:?}")
    }

    /// Up to `limit` events after the position, in order.
    pub async fn read(&self, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, Error> {
        todo!("{after} {limit}")
    }

    /// The last position, as the store has it now.
    pub async fn head(&self) -> Result<u64, Error> {
        todo!()
    }

    /// Wakes whenever events were committed, by this process or another; the value is a position that is committed.
    pub fn watch(&self) -> watch::Receiver<u64> {
        todo!()
    }

    /// Refuses further appends, finishes those that wait, and closes the store.
    pub async fn close(&self) {
        todo!()
    }
}
