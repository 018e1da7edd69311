//! Read models: events folded in batches into tables, rows and checkpoint in one transaction, so that an event that comes
//! twice changes nothing.
//!
//! It knows positions, checkpoints, generations and two databases; it deliberately does not know what any event means, nor
//! who asks. A read model is written once as a [`ReadModel`], is fed by a [`Projector`] from an [`EventSource`], and is
//! read through one [`ReadDatabase`], which follows every switch to a rebuilt generation by itself. Start with
//! [`ReadModel`] and [`ReadDatabase`].
//!
//! **Invariant:** a projection has applied exactly the positions 1 to its checkpoint, each once. A gap or a disorder stops
//! it with an error, never a wrong number.

mod apply;
mod control;
mod database;
mod digest;
mod error;
mod follower;
mod generation;
mod insert;
mod kept;
mod lag;
mod model;
mod projector;
mod query;
mod reader;
mod rebuild;
mod row;
mod source;
mod transaction;

pub use database::{Applied, ReadDatabase, ReadOptions, ReadStore};
pub use digest::{Digest, TableDigest};
pub use error::{Error, SourceError, WaitError};
pub use insert::Insert;
pub use kept::Kept;
pub use model::{ReadModel, SetAside};
pub use projector::{Projector, ProjectorOptions, Status};
pub use query::{Query, Value};
pub use reader::{Reached, Reader};
pub use rebuild::{RebuildOptions, Rebuilt, Verified, rebuild, verify};
pub use row::{Column, ColumnIndex, Row};
pub use source::{EventSource, LogSource};
pub use transaction::Transaction;
