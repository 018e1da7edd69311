//! Where a figure comes from and whether somebody verified it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How well a figure or rule is established.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Read in the instrument or on an official page.
    Law,
    /// From a secondary source.
    Press,
    /// Seen in real software or forms.
    Practice,
    /// Recalled or conflicting: shown as provisional, never behind an official act.
    Unverified,
}

impl Mark {
    /// Whether somebody compared it with a source.
    pub const fn verified(self) -> bool {
        !matches!(self, Self::Unverified)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Law => "law",
            Self::Press => "press",
            Self::Practice => "practice",
            Self::Unverified => "unverified",
        })
    }
}

/// The source of a record or figure and its mark. Every record of every pack has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provenance {
    /// The instrument, publication or form it was read in; what to obtain, where it was only recalled.
    pub source: String,
    /// How well it is established.
    pub mark: Mark,
}

impl Provenance {
    /// Whether somebody compared it with a source.
    pub const fn verified(&self) -> bool {
        self.mark.verified()
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.source, self.mark)
    }
}
