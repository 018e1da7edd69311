//! Why something is provisional, in the languages of those who read it.

use serde::Deserialize;

/// What a figure rests on that nobody has verified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caveat {
    /// For those who read the figure.
    pub vi: String,
    /// For those who program against it.
    pub en: String,
}

impl Caveat {
    /// The same said twice.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}
