//! The append-only log of one service: PostgreSQL or SQLite behind one API.
//!
//! It knows streams, versions, positions, request ids and proofs; it deliberately does not know what any event means.
//! Start with [`EventLog::look_up`], what a command is decided on, [`EventLog::append`] and [`EventLog::read`].
//!
//! **Invariant:** positions are 1, 2, 3 … without gaps and in commit order, so a reader that has seen position n has
//! seen everything before it, with any number of writing processes.

mod batch;
mod chain;
mod committer;
mod error;
mod event;
mod fault;
mod fresh_leaves;
mod log;
mod lookups;
mod measure;
mod merkle;
mod pages;
mod prepared;
mod prove;
mod recent;
mod sealer;
mod store;
mod upcast;
mod verify;

pub use error::{AppendError, Error};
pub use event::{
    AppendRequest, Appended, Fingerprint, InvalidStreamId, Metadata, NewEvent, RecordedEvent, StreamId,
    StreamVersion, StreamWrite,
};
pub use log::{ChainedAppends, EventLog, LogOptions, LogStore, LookedUp};
pub use merkle::{
    Checkpoint, ConsistencyProof, InclusionProof, InvalidKey, InvalidNote, InvalidProof, NoteKey, Signer,
    TreeHash, leaf_hash,
};
pub use prepared::{REQUEST_BYTES_MAX, REQUEST_STREAMS_MAX};
pub use sealer::SignedCheckpoint;
pub use store::{POSTGRES_INDEXED_PLANS, RecordedRequest, postgres_pool};
pub use upcast::{InvalidUpcasters, Upcast, Upcasters};
pub use verify::{PROBLEMS_MAX, Problem, VerifyOptions, VerifyReport};
