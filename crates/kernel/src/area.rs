//! Keys of administrative areas. A code alone is no identity: 17 codes of Lai Châu carry another unit's name since
//! 2025-07-01, so a key is the code together with the day its unit began.

use crate::{Date, OPEN_START, parse_date};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Why a code or key of an area cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAreaKey {
    /// Codes are text: 2 digits name a province, 3 a district, 5 a commune, leading zeros kept.
    #[error("'{0}' is not an area code of 2, 3 or 5 digits (a lost leading zero?)")]
    Code(String),
    /// A village code is its first commune's code, a hyphen and three digits.
    #[error("'{0}' is not a village code such as 03618-007")]
    Village(String),
    /// A key is a code, `@` and the first day of the unit.
    #[error("'{0}' is not an area key such as 03618@2025-07-01")]
    Key(String),
}

/// The code of a province (2 digits), district (3), commune (5) or village (5, a hyphen and 3), as text with its
/// leading zero. It resolves to a unit only together with a date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AreaCode(String);

impl AreaCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AreaCode {
    type Err = InvalidAreaKey;

    fn from_str(text: &str) -> Result<Self, InvalidAreaKey> {
        if text.contains('-') {
            return VillageCode::from_str(text).map(Self::from);
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && matches!(text.len(), 2 | 3 | 5) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAreaKey::Code(text.to_owned()))
        }
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The code of a village (*thôn, bản*): the code of the commune that first listed it, a hyphen and a number of three
/// digits. It keeps this code when its commune merges.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct VillageCode(String);

impl VillageCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for VillageCode {
    type Err = InvalidAreaKey;

    fn from_str(text: &str) -> Result<Self, InvalidAreaKey> {
        let digits =
            |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        match text.split_once('-') {
            Some((commune, number)) if digits(commune, 5) && digits(number, 3) => Ok(Self(text.to_owned())),
            _ => Err(InvalidAreaKey::Village(text.to_owned())),
        }
    }
}

impl fmt::Display for VillageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<VillageCode> for AreaCode {
    fn from(village: VillageCode) -> Self {
        Self(village.0)
    }
}

/// The identity of one version of a unit: its code and its first day, [`OPEN_START`] where the start is not known.
/// In text `03618@2025-07-01`, or `03618@0001-01-01` for a unit whose start is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AreaKey {
    /// The code, reused by later units.
    pub code: AreaCode,
    /// The unit's first day.
    pub valid_from: Date,
}

impl AreaKey {
    /// The key of the unit that bore the code from that day; `None` means since before the records begin.
    pub fn new(code: AreaCode, valid_from: Option<Date>) -> Self {
        Self { code, valid_from: valid_from.unwrap_or(OPEN_START) }
    }
}

impl fmt::Display for AreaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.code, self.valid_from)
    }
}

impl FromStr for AreaKey {
    type Err = InvalidAreaKey;

    fn from_str(text: &str) -> Result<Self, InvalidAreaKey> {
        let invalid = || InvalidAreaKey::Key(text.to_owned());
        let (code, valid_from) = text.split_once('@').ok_or_else(invalid)?;
        let valid_from = parse_date(valid_from).ok_or_else(invalid)?;
        Ok(Self { code: code.parse()?, valid_from })
    }
}

macro_rules! text_conversions {
    ($($name:ident),+) => {$(
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidAreaKey;

            fn try_from(text: String) -> Result<Self, InvalidAreaKey> {
                text.parse()
            }
        }
    )+};
}

text_conversions!(AreaCode, VillageCode, AreaKey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text_form() {
        for text in ["12@0001-01-01", "03618@2025-07-01", "03625-004@0001-01-01"] {
            assert_eq!(text.parse::<AreaKey>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_bare_code_is_no_key_and_a_lost_leading_zero_is_seen() {
        assert!("03618".parse::<AreaKey>().is_err());
        assert_eq!("3618".parse::<AreaCode>(), Err(InvalidAreaKey::Code("3618".into())));
        assert_eq!("03618-7".parse::<AreaCode>(), Err(InvalidAreaKey::Village("03618-7".into())));
    }
}
