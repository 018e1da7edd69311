//! The poverty registry (*sổ hộ nghèo, hộ cận nghèo*): registers households, changes and moves them, and records what
//! reviews found; the class follows from the standard in force. It answers `muctieu.poverty.v1`.
//!
//! The rules stand in [`domain`], pure. Around it: `request` reads messages, [`commands`] loads, decides, appends and
//! answers, [`ReadModel`] feeds lists and searches, `queries` reads them, `refusals` says no, [`sealing`] and [`keys`]
//! guard personal data.
//!
//! It deliberately knows no figure and no total: those follow from its events, in `progress`. It asks no clock but the one
//! it is given, and shows no name in any log line. Start with [`domain::decide`] for the rules and
//! [`PovertyRegistry::new`] for the service.

mod answers;
pub mod commands;
pub mod domain;
mod grpc;
mod history;
pub mod keys;
mod queries;
mod read_model;
mod refusals;
mod request;
pub mod sealing;

pub use grpc::{CONTEXT, PovertyRegistry};
pub use keys::{KeyStore, KeyStoreLocation};
pub use read_model::ReadModel;

use event_log::EventLog;
use kernel::SharedClock;
use projection::ReadDatabase;
use reference::Reference;
use service::config::Limits;
use std::sync::Arc;

/// What the registry is made of, in either edition.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Its own log.
    pub log: EventLog,
    /// The tables of [`ReadModel`], which a projector carries on under the source name [`CONTEXT`].
    pub read: ReadDatabase,
    /// The households' keys.
    pub keys: KeyStore,
    /// Areas, standards and ethnic groups.
    pub reference: Arc<Reference>,
    /// The one clock.
    pub clock: SharedClock,
    /// Bounds of batches, pages and waits.
    pub limits: Limits,
}

impl PovertyRegistry {
    /// The service over these parts, to be wrapped in the generated `PovertyRegistryServer`.
    pub fn new(parts: Parts) -> Self {
        let Parts { log, read, keys, reference, clock, limits } = parts;
        let commands = commands::Commands::new(log.clone(), keys.clone(), reference.clone(), clock);
        let queries = queries::Queries { log, keys, read, consistency_wait_max: limits.consistency_wait_max };
        Self::of(commands, queries, reference, &limits)
    }
}
