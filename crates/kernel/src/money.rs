//! Amounts in integer đồng.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount of money in whole đồng. Serialised as a JSON integer. Arithmetic is checked: it never wraps or rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

/// A sum or difference that does not fit in 64 bits of đồng.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("amount of money beyond ±9.2 × 10^18 đồng")]
pub struct MoneyOverflow;

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// `amount` đồng.
    pub const fn from_dong(amount: i64) -> Self {
        Self(amount)
    }

    /// The amount in đồng.
    pub const fn dong(self) -> i64 {
        self.0
    }

    /// Sum of the two amounts.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyOverflow)
    }

    /// This amount less the other.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyOverflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(MoneyOverflow)
    }
}

/// Vietnamese grouping: `1.500.000 đ`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} đ", crate::text::group_digits(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_refused_rather_than_wrapped() {
        assert_eq!(Money::from_dong(i64::MAX).checked_add(Money::from_dong(1)), Err(MoneyOverflow));
        assert_eq!(Money::from_dong(i64::MIN).checked_sub(Money::from_dong(1)), Err(MoneyOverflow));
    }

    #[test]
    fn is_shown_with_vietnamese_grouping() {
        assert_eq!(Money::from_dong(1_500_000).to_string(), "1.500.000 đ");
        assert_eq!(Money::from_dong(-700).to_string(), "-700 đ");
    }
}
