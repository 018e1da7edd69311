//! The signed decision (*quyết định*) behind an official act.

use crate::Date;
use serde::{Deserialize, Serialize};

/// A signed decision. Who recorded it and when stand beside the event, in the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// For example `1487/QĐ-UBND`.
    pub number: String,
    /// The day of signing.
    pub signed_on: Date,
    /// Who signed it.
    pub issuer: String,
    /// SHA-256 of the file, lower-case hexadecimal, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}
