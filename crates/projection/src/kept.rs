//! What a read model has folded and not written yet.

/// Where a read model keeps what later batches would change again, see [`ReadModel::keep`](crate::ReadModel::keep). After an
/// error it is to be forgotten.
#[derive(Debug)]
pub struct Kept<B> {
    since: Since,
    batch: Option<B>,
}

/// Of which events something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Since {
    /// Of none: every batch writes all of it.
    Never,
    /// Of all: the tables are empty.
    TheBeginning,
    /// Of those since it was written last.
    LastWritten,
}

impl<B> Kept<B> {
    /// Nothing is kept.
    pub const fn nothing() -> Self {
        Self { since: Since::Never, batch: None }
    }

    /// Nothing yet, but what follows may be kept; the tables are empty.
    pub const fn from_empty_tables() -> Self {
        Self { since: Since::TheBeginning, batch: None }
    }

    /// Whether anything may be kept.
    pub fn keeps(&self) -> bool {
        self.since != Since::Never
    }

    /// Whether what is not kept may stand in the tables.
    pub fn any_stored(&self) -> bool {
        self.since != Since::TheBeginning
    }

    /// What was kept. It is to be put back, or written.
    pub const fn take(&mut self) -> Option<B> {
        self.batch.take()
    }

    /// Keeps it.
    pub fn put(&mut self, batch: B) {
        self.batch = Some(batch);
    }

    /// What was taken is written.
    pub fn written(&mut self) {
        if self.keeps() {
            self.since = Since::LastWritten;
        }
    }
}
