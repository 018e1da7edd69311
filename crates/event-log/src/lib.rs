//! The append-only log of one service: PostgreSQL or SQLite behind one API.
//!
//! It knows streams, versions, positions, request ids and proofs; it deliberately does not know what any event means.
//! Start with [`EventLog::append`] and [`EventLog::read`].
//!
//! **Invariant:** positions are 1, 2, 3 … without gaps and in commit order, so a reader that has seen position n has
//! seen everything before it, with any number of writing processes.

mod event;
mod log;

pub use event::{
    AppendRequest, Appended, Fingerprint, InvalidStreamId, Metadata, NewEvent, RecordedEvent, StreamId,
    StreamVersion, StreamWrite,
};
pub use log::{AppendError, Error, EventLog, LogOptions, LogStore};
