//! How failures of the read model reach the caller.

use projection::Error;
use service::{Refusal, reason};
use tokio::task::JoinError;

/// A read that failed. The cause is logged here, once, and not told to the caller.
#[expect(clippy::needless_pass_by_value, reason = "so that it fits map_err")]
pub(crate) fn from_projection(error: Error) -> Refusal {
    tracing::error!(%error, "progress cannot be read");
    match error {
        Error::NotTrusted(_) => Refusal::new(&reason::VIEWS_NOT_TRUSTED),
        Error::Database(_) | Error::File { .. } | Error::SchemaVersion { .. } => {
            Refusal::new(&reason::STORE_UNAVAILABLE)
        }
        _ => Refusal::new(&reason::INTERNAL),
    }
}

/// A part of a view that was computed on a task of its own and panicked there.
pub(crate) fn from_task(error: JoinError) -> Refusal {
    from_projection(Error::Source(error.into()))
}
