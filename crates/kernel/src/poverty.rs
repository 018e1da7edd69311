//! Two words that standards, events and views share. Which household is which is decided by a standard, not here.

use serde::{Deserialize, Serialize};

/// Rural (*xã*) or urban (*phường, thị trấn*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaType {
    /// Nông thôn.
    Rural,
    /// Thành thị.
    Urban,
}

/// Class of a household under a standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PovertyClass {
    /// Hộ nghèo.
    Poor,
    /// Hộ cận nghèo.
    NearPoor,
    /// Neither.
    NotPoor,
}
