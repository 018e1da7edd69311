//! What may be observed: numbers that can be, and the kind of value that each indicator takes.

use super::Rejection;
use events::rural::{Fraction, Observed};
use kernel::Ratio;
use reference::criteria::{CriterionIndicator, IndicatorTest};

/// Why numbers cannot have been observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// Nothing to count in; what does not apply is reported as that.
    #[error("denominator {0} is not above zero")]
    Denominator(i64),
    /// A part that is no part.
    #[error("numerator {numerator} is not between 0 and {denominator}")]
    Numerator {
        /// What was counted.
        numerator: i64,
        /// Out of how many.
        denominator: i64,
    },
    /// Fewer than none.
    #[error("{0} is below zero")]
    Negative(i64),
}

/// `n` of `d`, a share: `0 ≤ n ≤ d`, `d > 0`.
pub const fn share(n: i64, d: i64) -> Result<Fraction, Impossible> {
    if d <= 0 {
        Err(Impossible::Denominator(d))
    } else if n < 0 || n > d {
        Err(Impossible::Numerator { numerator: n, denominator: d })
    } else {
        Ok(Fraction { n, d })
    }
}

/// A sum `n` over the `d` things it is spread over: `n ≥ 0`, `d > 0`.
pub const fn mean(n: i64, d: i64) -> Result<Fraction, Impossible> {
    if d <= 0 {
        Err(Impossible::Denominator(d))
    } else if n < 0 {
        Err(Impossible::Negative(n))
    } else {
        Ok(Fraction { n, d })
    }
}

/// A number of things, none or more.
pub const fn count(number: i64) -> Result<i64, Impossible> {
    if number < 0 { Err(Impossible::Negative(number)) } else { Ok(number) }
}

/// A percentage as it was reported, from 0 to 100, an exact decimal such as `87.5`; `None` where the text is none.
pub fn percent(text: &str) -> Option<Ratio> {
    let decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent: Ratio = text.parse().ok().filter(|_| decimal && !text.ends_with('.'))?;
    (percent <= Ratio::whole(100)).then_some(percent)
}

/// The decimal that the percentage was reported as.
pub fn percent_text(percent: Ratio) -> String {
    let decimals = percent.denominator().checked_ilog10().unwrap_or(0);
    percent.decimal(decimals)
}

/// The kind of value that an indicator takes, as callers name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `judged_met`
    Judged,
    /// `share` or `reported_percent`
    Share,
    /// `by_sex`
    BySex,
    /// `mean`
    Mean,
    /// `count`
    Count,
    /// `parts`
    Parts,
}

impl ValueKind {
    /// The kind that the indicator takes.
    pub const fn of(indicator: &CriterionIndicator) -> Self {
        match &indicator.test {
            IndicatorTest::YesNo => Self::Judged,
            IndicatorTest::Share(..) if indicator.both_sexes => Self::BySex,
            IndicatorTest::Share(..) => Self::Share,
            IndicatorTest::Value(..) => Self::Mean,
            IndicatorTest::ZeroCount => Self::Count,
            IndicatorTest::Pair(_) => Self::Parts,
        }
    }

    /// The fields of a request that hold such a value.
    pub const fn fields(self) -> &'static str {
        match self {
            Self::Judged => "judged_met",
            Self::Share => "share, reported_percent",
            Self::BySex => "by_sex",
            Self::Mean => "mean",
            Self::Count => "count",
            Self::Parts => "parts",
        }
    }
}

/// Whether the value is of a kind that the indicator takes. "Not applicable" is lawful only where the indicator depends on
/// a condition.
pub(super) fn check_kind(indicator: &CriterionIndicator, value: &Observed) -> Result<(), Rejection> {
    let kind = ValueKind::of(indicator);
    let fits = match value {
        Observed::Judged(_) => kind == ValueKind::Judged,
        Observed::Share(_) | Observed::ReportedPercent(_) => kind == ValueKind::Share,
        Observed::BySex { .. } => kind == ValueKind::BySex,
        Observed::Mean(_) => kind == ValueKind::Mean,
        Observed::Count(_) => kind == ValueKind::Count,
        Observed::Parts(_) => kind == ValueKind::Parts,
        Observed::NotApplicable(_) => indicator.applicable_if.is_some(),
    };
    if !fits {
        return Err(Rejection::ValueKind { indicator: indicator.code.clone(), expected: kind });
    }
    if let (Observed::Parts(given), IndicatorTest::Pair(parts)) = (value, &indicator.test) {
        let unknown = given.keys().find(|name| parts.iter().all(|part| part.part != **name));
        if let Some(part) = unknown {
            let expected = parts.iter().map(|part| part.part.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Rejection::UnknownPart { part: part.clone(), expected });
        }
    }
    Ok(())
}
