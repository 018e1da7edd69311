//! Exact fractions. A share is kept as its numerator and denominator and compared by cross-multiplication; it is
//! rounded once, when it is printed.

use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt, str::FromStr};

/// An exact fraction with a positive denominator. It is not reduced, so 10/100 keeps what it was counted from; equality
/// and order are those of the value (10/100 = 1/10). In text it is a decimal (`17.3`) or a fraction (`10/100`).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Ratio {
    numerator: i64,
    denominator: i64,
}

/// Why a fraction or decimal cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRatio {
    /// A fraction needs a denominator above zero.
    #[error("denominator {0} is not above zero")]
    Denominator(i64),
    /// The text is neither a decimal nor a fraction of two integers that fit in 64 bits.
    #[error("'{0}' is neither a decimal such as 17.3 nor a fraction such as 10/100")]
    Text(String),
}

impl Ratio {
    /// `numerator / denominator`; the denominator must be above zero.
    pub fn new(numerator: i64, denominator: i64) -> Result<Self, InvalidRatio> {
        if denominator > 0 {
            Ok(Self { numerator, denominator })
        } else {
            Err(InvalidRatio::Denominator(denominator))
        }
    }

    /// A whole number.
    pub const fn whole(value: i64) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    /// What was counted.
    pub const fn numerator(self) -> i64 {
        self.numerator
    }

    /// What it was counted out of; always above zero.
    pub const fn denominator(self) -> i64 {
        self.denominator
    }

    /// This value less the other, reduced; `None` where it does not fit in 64 bits.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let (a, b) = (i128::from(self.numerator), i128::from(self.denominator));
        let (c, d) = (i128::from(other.numerator), i128::from(other.denominator));
        Self::reduced(a * d - c * b, b * d)
    }

    /// The value times a whole number, reduced; `None` where it does not fit in 64 bits.
    pub fn checked_mul(self, factor: i64) -> Option<Self> {
        Self::reduced(i128::from(self.numerator) * i128::from(factor), i128::from(self.denominator))
    }

    /// This value divided by the other, reduced; `None` for division by zero or where it does not fit in 64 bits.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let numerator = i128::from(self.numerator) * i128::from(other.denominator);
        let denominator = i128::from(self.denominator) * i128::from(other.numerator);
        Self::reduced(numerator * denominator.signum(), denominator.abs())
    }

    /// The value times 100, rounded half away from zero to `decimals` places, with a decimal point: 2096/10770 is
    /// `19.46` with two.
    pub fn percent(self, decimals: u32) -> String {
        format_decimal(i128::from(self.numerator) * 100, i128::from(self.denominator), decimals)
    }

    /// The value rounded half away from zero to `decimals` places, with a decimal point.
    pub fn decimal(self, decimals: u32) -> String {
        format_decimal(i128::from(self.numerator), i128::from(self.denominator), decimals)
    }

    fn reduced(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()).cast_signed();
        let numerator = i64::try_from(numerator / divisor).ok()?;
        let denominator = i64::try_from(denominator / divisor).ok()?;
        Some(Self { numerator, denominator })
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

fn format_decimal(numerator: i128, denominator: i128, decimals: u32) -> String {
    let scale = 10_i128.pow(decimals);
    let magnitude = (numerator.abs() * scale * 2 + denominator) / (denominator * 2);
    let sign = if numerator < 0 && magnitude != 0 { "-" } else { "" };
    let whole = magnitude / scale;
    if decimals == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{:0width$}", magnitude % scale, width = decimals as usize)
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = i128::from(self.numerator) * i128::from(other.denominator);
        let right = i128::from(other.numerator) * i128::from(self.denominator);
        left.cmp(&right)
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

/// The fraction as it stands: `10/100`; a whole number without its denominator.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

impl FromStr for Ratio {
    type Err = InvalidRatio;

    fn from_str(text: &str) -> Result<Self, InvalidRatio> {
        let invalid = || InvalidRatio::Text(text.to_owned());
        if let Some((numerator, denominator)) = text.split_once('/') {
            let numerator = numerator.parse().map_err(|_| invalid())?;
            return Self::new(numerator, denominator.parse().map_err(|_| invalid())?);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() || fraction.len() > 15 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let digits = format!("{whole}{fraction}").parse().map_err(|_| invalid())?;
        Self::new(digits, 10_i64.pow(u32::try_from(fraction.len()).map_err(|_| invalid())?))
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        ratio.to_string()
    }
}

impl TryFrom<String> for Ratio {
    type Error = InvalidRatio;

    fn try_from(text: String) -> Result<Self, InvalidRatio> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn is_compared_without_rounding() {
        assert_eq!(ratio("199/200"), ratio("0.995"));
        assert!(ratio("994/1000") < ratio("0.995"));
        assert!(ratio("9223372036854775807/9223372036854775806") > ratio("1"));
    }

    #[test]
    fn rounds_half_away_from_zero_when_printed() {
        assert_eq!(ratio("20961/107700").percent(2), "19.46");
        assert_eq!(ratio("1/8").percent(0), "13");
        assert_eq!(ratio("-1/8").percent(0), "-13");
        assert_eq!(ratio("1/3").decimal(3), "0.333");
        assert_eq!(ratio("-1/1000").percent(0), "0");
    }

    #[test]
    fn subtracts_and_divides_exactly() {
        assert_eq!(ratio("1/3").checked_sub(ratio("1/4")), Some(ratio("1/12")));
        assert_eq!(ratio("1/3").checked_div(ratio("-1/6")), Some(ratio("-2")));
        assert_eq!(ratio("1/3").checked_div(ratio("0")), None);
    }

    #[test]
    fn refuses_what_is_no_fraction() {
        assert_eq!(Ratio::new(1, 0), Err(InvalidRatio::Denominator(0)));
        for text in ["", ".5", "1/", "a", "1.2.3", "1,5", "1/-2", "99999999999999999999"] {
            assert!(text.parse::<Ratio>().is_err(), "'{text}' must be refused");
        }
    }
}
