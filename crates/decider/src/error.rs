//! Why a desk cannot work.

use crate::Disorder;

/// A log that cannot be folded, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log failed.
    #[error(transparent)]
    Log(#[from] event_log::Error),
    /// An event is of a later release, or the log was tampered with: run a verification.
    #[error("event at position {position} cannot be applied: {disorder}")]
    Disorder {
        /// Where it stands.
        position: u64,
        /// What is wrong with it.
        disorder: Disorder,
    },
    /// The log ends before what was already read from it: an older state of it was restored.
    #[error("the log ends at position {head}, but position {applied} was read from it before")]
    WentBack {
        /// Where it ends now.
        head: u64,
        /// What was read.
        applied: u64,
    },
}
