//! What a unit still lacks, with what it was counted out of held as it is. What is unknown is never "lacking"; no cost is
//! inferred.

use super::evaluate::{Comparison, Measured, Part, PartLevels, comparisons, judge, levels};
use events::rural::{Fraction, Observed, State};
use kernel::{Ratio, text::group_digits};
use reference::criteria::{Bound, CriterionIndicator, IndicatorTest};
use std::ops::RangeInclusive;

/// What one part of an indicator lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Whom or what it concerns, in Vietnamese; empty where the indicator has one part.
    pub part: String,
    /// How much.
    pub lacking: Lacking,
}

/// How much is lacking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// That many more are needed among the same `of`.
    More {
        /// How many.
        count: i64,
        /// Out of how many, held constant.
        of: i64,
    },
    /// That many fewer are needed among the same `of`.
    Fewer {
        /// How many.
        count: i64,
        /// Out of how many, held constant.
        of: i64,
    },
    /// So much more for each unit that the sum is spread over.
    Above(Ratio),
    /// So much less for each unit that the sum is spread over.
    Below(Ratio),
    /// That many percentage points of a percentage reported without its counts.
    Points(Ratio),
    /// That many things must disappear.
    Things(i64),
    /// Evidence or a judgement "met".
    Judgement,
}

/// What is lacking; empty where nothing is, and where it is unknown.
pub fn gaps(indicator: &CriterionIndicator, levels: &PartLevels, value: Option<&Observed>) -> Vec<Gap> {
    if judge(indicator, levels, value) == State::NotApplicable {
        return Vec::new();
    }
    let whole = |lacking| vec![Gap { part: String::new(), lacking }];
    match (&indicator.test, value) {
        (IndicatorTest::YesNo, Some(Observed::Judged(false))) => whole(Lacking::Judgement),
        (IndicatorTest::ZeroCount, Some(Observed::Count(number))) if *number != 0 => {
            whole(Lacking::Things(*number))
        }
        (IndicatorTest::YesNo | IndicatorTest::ZeroCount, _) => Vec::new(),
        (test, _) => {
            let spread = matches!(test, IndicatorTest::Value(..));
            let gap = |comparison: Comparison<'_>| {
                let lacking = lacking(&comparison, spread)?;
                Some(Gap { part: part_name(comparison.part), lacking })
            };
            comparisons(indicator, levels, value).into_iter().filter_map(gap).collect()
        }
    }
}

fn lacking(comparison: &Comparison<'_>, spread: bool) -> Option<Lacking> {
    let Comparison { bound, level, value, .. } = comparison;
    let (bound, level, value) = (*bound, (*level)?, (*value)?);
    let exact = value.ratio()?;
    if bound.holds(exact, level) {
        return None;
    }
    match value {
        Measured::Percent(percent) => {
            let level = level.checked_mul(100)?;
            let points = match bound {
                Bound::AtLeast => level.checked_sub(percent),
                Bound::AtMost => percent.checked_sub(level),
            };
            points.map(Lacking::Points)
        }
        Measured::Counted(_) if spread => match bound {
            Bound::AtLeast => level.checked_sub(exact).map(Lacking::Above),
            Bound::AtMost => exact.checked_sub(level).map(Lacking::Below),
        },
        Measured::Counted(Fraction { n, d }) => {
            let at_level = i128::from(level.numerator()) * i128::from(d);
            let q = i128::from(level.denominator());
            let n = i128::from(n);
            match bound {
                Bound::AtLeast => {
                    let needed = at_level.div_euclid(q) + i128::from(at_level.rem_euclid(q) != 0);
                    Some(Lacking::More { count: i64::try_from(needed - n).ok()?, of: d })
                }
                Bound::AtMost => {
                    let allowed = at_level.div_euclid(q);
                    Some(Lacking::Fewer { count: i64::try_from(n - allowed).ok()?, of: d })
                }
            }
        }
    }
}

fn part_name(part: Part<'_>) -> String {
    match part {
        Part::Whole => String::new(),
        Part::Men => "nam".to_owned(),
        Part::Women => "nữ".to_owned(),
        Part::Named(part) => part.vi.clone(),
    }
}

/// What is lacking against the levels of later years of the set, where these are others than the `current` ones.
pub fn later_gaps(
    indicator: &CriterionIndicator,
    value: Option<&Observed>,
    column: Option<&str>,
    years: RangeInclusive<i16>,
    current: &PartLevels,
) -> Vec<(i16, Vec<Gap>)> {
    let of_year = |year: i16| {
        let levels = levels(indicator, column, year);
        (levels != *current).then(|| (year, gaps(indicator, &levels, value)))
    };
    years.filter_map(of_year).collect()
}

/// The gaps in Vietnamese. `later` are those against the levels of later years of the same set.
pub fn in_words(indicator: &CriterionIndicator, gaps: &[Gap], later: &[(i16, Vec<Gap>)]) -> String {
    let listed = |gaps: &[Gap]| {
        let said = gaps.iter().map(|gap| match gap.part.as_str() {
            "" => said(gap.lacking, &indicator.unit),
            part => format!("{part}: {}", said(gap.lacking, &indicator.unit)),
        });
        said.collect::<Vec<_>>().join("; ")
    };
    let mut words = listed(gaps);
    for (year, gaps) in later.iter().filter(|(_, gaps)| !gaps.is_empty()) {
        if !words.is_empty() {
            words.push_str("; ");
        }
        words.push_str(&format!("theo mức năm {year}: {}", listed(gaps)));
    }
    words
}

fn said(lacking: Lacking, unit: &str) -> String {
    let number = group_digits;
    match lacking {
        Lacking::More { count, of } => {
            format!("còn thiếu {} (giữ nguyên mẫu số {})", number(count), number(of))
        }
        Lacking::Fewer { count, of } => {
            format!("phải giảm {} (giữ nguyên mẫu số {})", number(count), number(of))
        }
        Lacking::Above(amount) => format!("còn thiếu {} {unit} (giữ nguyên mẫu số)", rounded_up(amount)),
        Lacking::Below(amount) => format!("vượt mức {} {unit} (giữ nguyên mẫu số)", rounded_up(amount)),
        Lacking::Points(points) => format!("còn lệch {} điểm phần trăm", rounded_up(points)),
        Lacking::Things(count) if unit.is_empty() => format!("còn {}", number(count)),
        Lacking::Things(count) => format!("còn {} {unit}", number(count)),
        Lacking::Judgement => "thiếu minh chứng hoặc kết luận đạt của cơ quan có thẩm quyền".to_owned(),
    }
}

/// With at most two decimals, rounded up so that a gap is never told as none, and with a comma as Vietnamese writes it.
fn rounded_up(amount: Ratio) -> String {
    let hundredths = i128::from(amount.numerator()) * 100;
    let d = i128::from(amount.denominator());
    let hundredths = hundredths.div_euclid(d) + i128::from(hundredths.rem_euclid(d) != 0);
    let whole = group_digits(i64::try_from(hundredths / 100).unwrap_or(i64::MAX));
    match hundredths % 100 {
        0 => whole,
        rest => format!("{whole},{rest:02}").trim_end_matches('0').to_owned(),
    }
}
