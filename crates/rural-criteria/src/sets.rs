//! Criteria sets as the messages of the API, with their levels in words.

use crate::{answers::caveat, domain::PartLevels};
use api::rural;
use kernel::{OPEN_START, Ratio};
use reference::criteria::{Bound, CriteriaSet, Criterion, CriterionIndicator, IndicatorTest, Level, Levels};

/// Decimals that a level may need before it is written as a fraction.
const DECIMALS_MAX: u32 = 9;

/// A version with its criteria, indicators and levels.
pub(crate) fn criteria_set(set: &CriteriaSet) -> rural::CriteriaSet {
    let first_day = Some(set.validity.from).filter(|day| *day != OPEN_START);
    let day = |day: Option<kernel::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    rural::CriteriaSet {
        id: set.id.clone(),
        display_name: set.vi.clone(),
        display_name_en: set.en.clone(),
        tier: set.tier.as_str().to_owned(),
        instrument: set.instrument.clone(),
        valid_from: day(first_day),
        valid_to: day(set.validity.to),
        supersedes: set.supersedes.clone().unwrap_or_default(),
        criteria: set.criteria.iter().map(criterion).collect(),
        provisional: set.caveats().iter().map(caveat).collect(),
        source: set.provenance.to_string(),
    }
}

fn criterion(criterion: &Criterion) -> rural::Criterion {
    rural::Criterion {
        number: criterion.number.into(),
        display_name: criterion.vi.clone(),
        display_name_en: criterion.en.clone(),
        group: criterion.group.clone().unwrap_or_default(),
        key: criterion.key,
        indicators: criterion.indicators.iter().map(indicator).collect(),
    }
}

fn indicator(indicator: &CriterionIndicator) -> rural::Indicator {
    let kind = match &indicator.test {
        IndicatorTest::YesNo => "yes_no",
        IndicatorTest::Share(..) => "share",
        IndicatorTest::Value(..) => "value",
        IndicatorTest::ZeroCount => "zero_count",
        IndicatorTest::Pair(_) => "pair",
    };
    rural::Indicator {
        code: indicator.code.clone(),
        display_name: indicator.vi.clone(),
        display_name_en: indicator.en.clone(),
        kind: kind.to_owned(),
        unit: indicator.unit.clone(),
        both_sexes: indicator.both_sexes,
        levels: levels_in_words(indicator),
        derived: indicator.derived_from.is_some(),
        source: indicator.provenance.to_string(),
    }
}

/// Every level with part, column, year and mark, for example `≥ 80 % (northern_midlands_mountains) [unverified]`.
fn levels_in_words(indicator: &CriterionIndicator) -> Vec<String> {
    let listed = |part: &str, bound: Bound, levels: &Levels| -> Vec<String> {
        let told = levels.all().map(|level| {
            let amount = bounded(bound, level.value, indicator);
            format!("{part}{amount}{} [{}]", place(level), level.provenance.mark)
        });
        told.collect()
    };
    match &indicator.test {
        IndicatorTest::YesNo | IndicatorTest::ZeroCount => Vec::new(),
        IndicatorTest::Share(bound, levels) | IndicatorTest::Value(bound, levels) => {
            listed("", *bound, levels)
        }
        IndicatorTest::Pair(parts) => parts
            .iter()
            .flat_map(|part| listed(&format!("{}: ", part.vi), part.bound, &part.levels))
            .collect(),
    }
}

/// Column and year of a level, as far as it has them.
fn place(level: &Level) -> String {
    let year = level.year.map(|year| year.to_string());
    let places: Vec<&str> = [level.column.as_deref(), year.as_deref()].into_iter().flatten().collect();
    if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) }
}

/// The levels that were used, for example `≥ 80 %`; empty where none was configured.
pub(crate) fn levels_used(indicator: &CriterionIndicator, levels: &PartLevels) -> String {
    match &indicator.test {
        IndicatorTest::YesNo => String::new(),
        IndicatorTest::ZeroCount => format!("= 0 {}", indicator.unit).trim_end().to_owned(),
        IndicatorTest::Share(bound, _) | IndicatorTest::Value(bound, _) => {
            levels.get("").map(|level| bounded(*bound, *level, indicator)).unwrap_or_default()
        }
        IndicatorTest::Pair(parts) => {
            let told = parts.iter().filter_map(|part| {
                let level = levels.get(&part.part)?;
                Some(format!("{}: {}", part.vi, bounded(part.bound, *level, indicator)))
            });
            told.collect::<Vec<_>>().join("; ")
        }
    }
}

fn bounded(bound: Bound, level: Ratio, indicator: &CriterionIndicator) -> String {
    let amount = match &indicator.test {
        IndicatorTest::Value(..) => exact(level, 1),
        _ => exact(level, 100),
    };
    format!("{} {amount} {}", bound.symbol(), indicator.unit).trim_end().to_owned()
}

/// The level times the factor as an exact decimal; as a fraction where it has none.
fn exact(level: Ratio, factor: i128) -> String {
    let (n, d) = (i128::from(level.numerator()) * factor, i128::from(level.denominator()));
    let decimals = (0..=DECIMALS_MAX).find(|decimals| n * 10_i128.pow(*decimals) % d == 0);
    match (decimals, factor) {
        (Some(decimals), 100) => level.percent(decimals),
        (Some(decimals), _) => level.decimal(decimals),
        (None, _) => format!("{n}/{d}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_exact_decimals() {
        let percent = |text: &str| exact(text.parse().unwrap(), 100);
        assert_eq!([percent("80/100"), percent("267/1000"), percent("0.99750")], ["80", "26.7", "99.75"]);
        assert_eq!(exact("39000000".parse().unwrap(), 1), "39000000");
        assert_eq!(exact("5/2".parse().unwrap(), 1), "2.5");
        assert_eq!(percent("1/3"), "100/3");
    }
}
