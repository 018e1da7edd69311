//! An operator's folder of packs, gone at the end of the test.

use std::{fs, path::Path};
use tempfile::TempDir;

/// A folder of pack files.
#[derive(Debug)]
pub(crate) struct Folder(TempDir);

impl Folder {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// Writes a file.
    pub(crate) fn add(&self, name: &str, content: &str) {
        fs::write(self.0.path().join(name), content).expect("the folder takes files");
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A pack whose only record stands on line 2.
pub(crate) fn pack(kind: &str, record: &str) -> String {
    format!("{{\"pack\": \"{kind}\", \"records\": [\n{record}\n]}}")
}
