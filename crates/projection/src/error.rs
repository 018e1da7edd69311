//! What can go wrong with a read model.

/// A failure of a source of events, as the source tells it.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Why a read model could not be read or carried on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or could not be reached.
    #[error("read model database: {0}")]
    Database(#[from] sqlx::Error),
    /// A file of the read model could not be handled.
    #[error("read model file {path}: {error}")]
    File {
        /// The file or folder.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The source of events failed.
    #[error("source of events: {0}")]
    Source(SourceError),
    /// Rows could not be written as JSON.
    #[error("rows cannot be written as JSON: {0}")]
    Rows(serde_json::Error),
    /// A position, version or count is below zero.
    #[error("{0} is stored where no negative number can be")]
    Negative(i64),
    /// The source left out or repeated a position. The projector stops: the figures would be wrong.
    #[error("{model} expects position {expected} of {source_name} and was given {found}")]
    Gap {
        /// The read model.
        model: &'static str,
        /// The source.
        source_name: String,
        /// The last applied position plus one.
        expected: u64,
        /// What came instead.
        found: u64,
    },
    /// The read model has applied more than the log holds: the log was restored from an older backup. Rebuild the model.
    #[error(
        "{model} has applied {source_name} up to position {checkpoint}, the log ends at {head}: was it restored from an older backup?"
    )]
    AheadOfLog {
        /// The read model.
        model: &'static str,
        /// The source.
        source_name: String,
        /// What the read model has applied.
        checkpoint: u64,
        /// The log's last position.
        head: u64,
    },
    /// The event that the read model applied last is not the one that the source has at its position: the log was restored
    /// from an older backup and has grown since, or it is another log. Rebuild the model.
    #[error(
        "{model} has applied an event at position {position} of {source_name} that is not the one there now: was it restored from an older backup?"
    )]
    OtherHistory {
        /// The read model.
        model: &'static str,
        /// The source.
        source_name: String,
        /// What the read model has applied.
        position: u64,
    },
    /// The projector found that the read model shows what the log does not hold.
    #[error("the read model is not to be trusted: {0}")]
    NotTrusted(String),
    /// The live tables have the shape of another release; a rebuild brings them to this one.
    #[error(
        "{model} is stored in schema version {found}, this release reads {expected}: a rebuild is needed or under way"
    )]
    SchemaVersion {
        /// The read model.
        model: &'static str,
        /// What this release reads.
        expected: i64,
        /// What is stored.
        found: i64,
    },
    /// Another rebuild of the same read model is running.
    #[error("a rebuild of {0} is running already")]
    RebuildRunning(&'static str),
    /// It was cancelled before its end; nothing changed.
    #[error("cancelled")]
    Cancelled,
}

/// Why a read cannot be as fresh as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// The read model did not come that far within the bound.
    #[error("position {wanted} of {source_name} is not applied yet, {applied} is")]
    TooLate {
        /// The source.
        source_name: String,
        /// The position that was asked for.
        wanted: u64,
        /// The position that is applied.
        applied: u64,
    },
    /// The database is being closed.
    #[error("the read model is closed")]
    Closed,
}

impl Error {
    /// Whether the database refused the data itself (a constraint, a value out of range), so that a repeat would fail too.
    pub(crate) fn refuses_the_data(&self) -> bool {
        let Self::Database(sqlx::Error::Database(refusal)) = self else { return false };
        let code = refusal.code().unwrap_or_default();
        if refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
            // The low byte is the primary code: 19 is a constraint, 20 a mismatch of types.
            code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 19 | 20))
        } else {
            // SQLSTATE classes: 21 are two rows with one key, 22 is a data exception, 23 an integrity constraint.
            ["21", "22", "23"].iter().any(|class| code.starts_with(class))
        }
    }
}
