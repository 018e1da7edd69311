//! What can go wrong, told apart by what the caller can do about it.

use crate::StreamId;
use kernel::RequestId;

/// A failure of the store, or a log that is not whole.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or could not be reached.
    #[error("event log store: {0}")]
    Store(#[from] sqlx::Error),
    /// An event that must exist is not there. Positions have no gaps, so somebody removed it: run a verification.
    #[error("event log has a gap: position {expected} is missing, {found} follows")]
    Gap {
        /// The first missing position.
        expected: u64,
        /// The position found in its place.
        found: u64,
    },
    /// A stream lacks one of its versions: run a verification.
    #[error("stream {stream} lacks version {expected}: position {position} holds version {found}")]
    VersionGap {
        /// The stream.
        stream: StreamId,
        /// The first missing version.
        expected: u64,
        /// The version found in its place.
        found: u64,
        /// Where that was found.
        position: u64,
    },
    /// A row that no version of this program has written: run a verification.
    #[error("event at position {position} cannot be read: {reason}")]
    Unreadable {
        /// Of the event.
        position: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The tables are missing or older than this program, and the log was opened only to be read.
    #[error("event log has schema version {found}, version {expected} is needed: migrate it first")]
    NotMigrated {
        /// What this program reads.
        expected: i64,
        /// What the database holds; 0 where it holds no log.
        found: i64,
    },
    /// The tables are newer than this program.
    #[error("event log has schema version {found}, newer than {known}: use a newer program")]
    TooNew {
        /// What this program reads.
        known: i64,
        /// What the database holds.
        found: i64,
    },
    /// Another process kept sealing the same positions.
    #[error("another process seals this log: position {0} was sealed meanwhile")]
    SealedMeanwhile(u64),
    /// Sealing was asked of a log without a signing key, or one that was opened only to be read.
    #[error("event log cannot be sealed: it is open only to be read, or has no signing key")]
    NoSigner,
    /// What was sealed earlier does not fit together: run a verification.
    #[error("sealed hashes are damaged: {0}")]
    DamagedSeal(String),
    /// A proof was asked about something that the sealed tree does not hold.
    #[error("no proof: {0}")]
    NoProof(String),
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
    /// A request before it in its chain was not recorded now. Nothing was written now; where a connection was lost before,
    /// an earlier attempt may have recorded it: look its id up before deciding anew.
    #[error("a request that this one was decided on was not recorded")]
    BasisNotRecorded,
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
    /// The log is being closed, or was opened only to be read. Nothing was written.
    #[error("event log is closed")]
    Closed,
    /// The store failed and it could not be learnt whether the request was recorded. Repeat it with the same request id.
    #[error("outcome of the append is unknown: {0}")]
    Unknown(String),
}

impl AppendError {
    /// The outcome as a metric's label.
    pub(crate) const fn label(&self) -> &'static str {
        match self {
            Self::Stale { .. } => "stale",
            Self::BasisNotRecorded => "basis_not_recorded",
            Self::RequestIdReused(_) => "request_id_reused",
            Self::Overloaded => "overloaded",
            Self::Invalid(_) => "invalid",
            Self::Failed(_) => "failed",
            Self::Closed => "closed",
            Self::Unknown(_) => "unknown",
        }
    }
}
