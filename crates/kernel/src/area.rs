//! Keys of administrative areas. A code alone is no identity: 17 codes of Lai Châu carry another unit's name since
//! 2025-07-01, so a key is the code together with the day its unit began.

use crate::{Date, OPEN_START, parse_date};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaCode(Digits);

impl AreaCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for AreaCode {
    type Err = InvalidAreaKey;

    fn from_str(text: &str) -> Result<Self, InvalidAreaKey> {
        if text.contains('-') {
            return VillageCode::from_str(text).map(Self::from);
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let code = Some(text).filter(|_| digits && matches!(text.len(), 2 | 3 | 5)).and_then(Digits::of);
        code.map(Self).ok_or_else(|| InvalidAreaKey::Code(text.to_owned()))
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The code of a village (*thôn, bản*): the code of the commune that first listed it, a hyphen and a number of three
/// digits. It keeps this code when its commune merges.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VillageCode(Digits);

impl VillageCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for VillageCode {
    type Err = InvalidAreaKey;

    fn from_str(text: &str) -> Result<Self, InvalidAreaKey> {
        let digits =
            |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        let fits =
            text.split_once('-').is_some_and(|(commune, number)| digits(commune, 5) && digits(number, 3));
        let code = Some(text).filter(|_| fits).and_then(Digits::of);
        code.map(Self).ok_or_else(|| InvalidAreaKey::Village(text.to_owned()))
    }
}

impl fmt::Display for VillageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<VillageCode> for AreaCode {
    fn from(village: VillageCode) -> Self {
        Self(village.0)
    }
}

/// A code's text, in place: events carry so many codes that memory of its own for each would be felt. Zeros fill it up, so
/// that it sorts as the text does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Digits([u8; 9]);

impl Digits {
    /// `None` where it is longer than any code.
    fn of(text: &str) -> Option<Self> {
        let mut digits = [0; 9];
        digits.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self(digits))
    }

    fn as_str(&self) -> &str {
        let length = self.0.iter().position(|&byte| byte == 0).unwrap_or(self.0.len());
        // Invariant: it was made of a text.
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

/// The identity of one version of a unit: its code and its first day, [`OPEN_START`] where the start is not known.
/// In text `03618@2025-07-01`, or `03618@0001-01-01` for a unit whose start is not recorded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a text")
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
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
    fn codes_sort_as_their_texts_do() {
        let texts = ["03", "036", "03618", "03618-007", "03618-010", "03625", "12"];
        let codes = texts.map(|text| text.parse::<AreaCode>().unwrap());
        assert!(codes.is_sorted());
        assert_eq!(codes.each_ref().map(AreaCode::as_str), texts);
    }

    #[test]
    fn in_json_a_key_is_its_text() {
        let key: AreaKey = "03625-004@2025-07-01".parse().unwrap();
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(json, "\"03625-004@2025-07-01\"");
        assert_eq!(serde_json::from_str::<AreaKey>(&json).unwrap(), key);
        let refused = serde_json::from_str::<AreaKey>("\"3625@2025-07-01\"").unwrap_err();
        assert!(refused.to_string().contains("'3625' is not an area code"), "{refused}");
    }

    #[test]
    fn a_bare_code_is_no_key_and_a_lost_leading_zero_is_seen() {
        assert!("03618".parse::<AreaKey>().is_err());
        assert_eq!("3618".parse::<AreaCode>(), Err(InvalidAreaKey::Code("3618".into())));
        assert_eq!("03618-7".parse::<AreaCode>(), Err(InvalidAreaKey::Village("03618-7".into())));
    }
}
