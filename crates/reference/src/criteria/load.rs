//! Sets from their records. What the records must satisfy is checked before.

use super::{
    Bound, CriteriaSet, CriteriaSets, Criterion, CriterionIndicator, IndicatorTest, Level, Levels, PairPart,
    SetBy,
};
use crate::{
    Caveat,
    packs::{
        CriteriaSetRecord, CriterionIndicatorRecord, CriterionRecord, IndicatorsFrom, Packs, Sourced,
        TargetRecord, TestKind,
    },
    targets::{Feed, Op},
};
use kernel::Ratio;

impl CriteriaSets {
    pub(crate) fn from_packs(packs: &Packs) -> Self {
        let sets: Vec<_> = packs.criteria_sets.values().map(|record| set(packs, record)).collect();
        let by_id = sets.iter().enumerate().map(|(at, set)| (set.id.clone(), at)).collect();
        let successors =
            sets.iter().enumerate().filter_map(|(at, set)| Some((set.supersedes.clone()?, at))).collect();
        Self { sets, by_id, successors }
    }
}

fn set(packs: &Packs, record: &CriteriaSetRecord) -> CriteriaSet {
    let own = packs.criteria.values().filter(|criterion| criterion.set == record.id);
    let mut criteria: Vec<_> = own.map(|criterion| self::criterion(packs, record, criterion)).collect();
    criteria.sort_by_key(|criterion| criterion.number);
    let mut set = CriteriaSet {
        id: record.id.clone(),
        tier: record.tier,
        layer: record.layer,
        vi: record.vi.clone(),
        en: record.en.clone(),
        instrument: record.instrument.clone(),
        validity: record.validity(),
        years: record.years,
        parent: record.parent.clone(),
        supersedes: record.supersedes.clone(),
        column_kind: record.column_kind,
        columns: record.columns.clone(),
        criteria_count: record.criteria_count,
        criteria,
        note: record.note.clone(),
        provenance: record.provenance(),
        caveats: Vec::new(),
    };
    set.caveats = record.blockers.clone();
    set.caveats.extend(unverified(&set));
    set
}

fn criterion(packs: &Packs, set: &CriteriaSetRecord, record: &CriterionRecord) -> Criterion {
    let mut indicators: Vec<_> = match set.indicators_from {
        Some(IndicatorsFrom::Targets) => {
            packs.targets.values().filter(|target| backs(target, record)).map(of_target).collect()
        }
        None => packs
            .criterion_indicators
            .values()
            .filter(|indicator| indicator.set == set.id && indicator.criterion == record.number)
            .map(|indicator| self::indicator(packs, indicator))
            .collect(),
    };
    indicators.sort_by_cached_key(|indicator| code_order(&indicator.code));
    Criterion {
        number: record.number,
        vi: record.vi.clone(),
        en: record.en.clone(),
        group: record.group.clone(),
        key: record.key,
        indicators,
        provenance: record.provenance(),
    }
}

/// Numbers between the dots in their order, so that 17.10 follows 17.9.
fn code_order(code: &str) -> Vec<(u32, String)> {
    code.split('.').map(|part| (part.parse().unwrap_or(u32::MAX), part.to_owned())).collect()
}

fn indicator(packs: &Packs, record: &CriterionIndicatorRecord) -> CriterionIndicator {
    let bound = record.bound.unwrap_or(Bound::AtLeast);
    let levels = |part: Option<&str>| levels(packs, record, part);
    let test = match record.test {
        TestKind::YesNo => IndicatorTest::YesNo,
        TestKind::ZeroCount => IndicatorTest::ZeroCount,
        TestKind::Share => IndicatorTest::Share(bound, levels(None)),
        TestKind::Value => IndicatorTest::Value(bound, levels(None)),
        TestKind::Pair => IndicatorTest::Pair(
            record
                .parts
                .iter()
                .map(|part| PairPart {
                    part: part.part.clone(),
                    vi: part.vi.clone(),
                    en: part.en.clone(),
                    bound: part.bound,
                    levels: levels(Some(&part.part)),
                })
                .collect(),
        ),
    };
    CriterionIndicator {
        code: record.code.clone(),
        vi: record.vi.clone(),
        en: record.en.clone(),
        test,
        unit: record.unit.clone(),
        both_sexes: record.both_sexes,
        applicable_if: record.applicable_if.clone(),
        national_parent: record.national_parent.clone(),
        derived_from: record.derived_from,
        note: record.note.clone(),
        provenance: record.provenance(),
    }
}

fn levels(packs: &Packs, record: &CriterionIndicatorRecord, part: Option<&str>) -> Levels {
    let own = packs.criterion_levels.values().filter(|level| {
        level.set == record.set && level.indicator == record.code && level.part.as_deref() == part
    });
    let share = matches!(record.test, TestKind::Share | TestKind::Pair);
    // The check refuses what does not fit, so nothing is dropped here.
    let levels = own.filter_map(|level| {
        Some(Level {
            value: if share { hundredth(level.value)? } else { level.value },
            column: level.column.clone(),
            year: level.year,
            provenance: level.provenance(),
        })
    });
    Levels::new(record.set_by, levels.collect())
}

/// Percent as a fraction of one, not reduced: 80 becomes 80/100, 26.7 becomes 267/1000.
pub(crate) fn hundredth(percent: Ratio) -> Option<Ratio> {
    Ratio::new(percent.numerator(), percent.denominator().checked_mul(100)?).ok()
}

/// Whether the target is one that units report, in the criterion's group.
pub(crate) fn backs(target: &TargetRecord, criterion: &CriterionRecord) -> bool {
    target.feeds == Feed::Reported && Some(&target.group) == criterion.group.as_ref()
}

/// A target that units report: a share with the target as its level, or, where what is reported is an amount and the
/// target a multiple of it, a value without a level. Whether the target itself is reached is judged elsewhere.
fn of_target(target: &TargetRecord) -> CriterionIndicator {
    let bound = match target.op {
        Op::AtLeast | Op::Above => Bound::AtLeast,
        Op::AtMost | Op::Below => Bound::AtMost,
    };
    let level = |value| Level { value, column: None, year: None, provenance: target.provenance() };
    let (test, unit) = match &target.reported_unit {
        Some(unit) => (IndicatorTest::Value(bound, Levels::new(SetBy::Province, Vec::new())), unit),
        None => {
            let levels = hundredth(target.target).map(level).into_iter().collect();
            (IndicatorTest::Share(bound, Levels::new(SetBy::Province, levels)), &target.unit)
        }
    };
    CriterionIndicator {
        code: target.id.clone(),
        vi: target.vi.clone(),
        en: target.en.clone(),
        test,
        unit: unit.clone(),
        both_sexes: false,
        applicable_if: None,
        national_parent: None,
        derived_from: None,
        note: target.note.clone(),
        provenance: target.provenance(),
    }
}

/// What nobody verified, and what is not loaded, in words.
fn unverified(set: &CriteriaSet) -> Vec<Caveat> {
    let id = &set.id;
    let mut caveats = Vec::new();
    let mut add =
        |vi: String, en: String| caveats.push(Caveat::new(format!("{id}: {vi}"), format!("{id}: {en}")));
    if !set.provenance.verified() {
        add("văn bản ban hành chưa được kiểm chứng".to_owned(), "the set itself is not verified".to_owned());
    }
    if set.is_frame() {
        add("chưa nạp các tiêu chí".to_owned(), "its criteria are not loaded".to_owned());
        return caveats;
    }
    let listed = |wanted: fn(&Criterion) -> bool| {
        runs(set.criteria.iter().filter(|criterion| wanted(criterion)).map(|criterion| criterion.number))
    };
    let empty = listed(|criterion| criterion.indicators.is_empty());
    if !empty.is_empty() {
        add(
            format!("chưa nạp các chỉ tiêu của tiêu chí {empty}"),
            format!("indicators of criteria {empty} are not loaded"),
        );
    }
    let names = listed(|criterion| !criterion.provenance.verified());
    if !names.is_empty() {
        add(
            format!("tên các tiêu chí {names} chưa được kiểm chứng"),
            format!("names of criteria {names} are not verified"),
        );
    }
    let tests = listed(|criterion| criterion.indicators.iter().any(|it| !it.provenance.verified()));
    if !tests.is_empty() {
        add(
            format!("nội dung các chỉ tiêu của tiêu chí {tests} chưa được kiểm chứng"),
            format!("names and tests of indicators of criteria {tests} are not verified"),
        );
    }
    let levels = listed(|criterion| {
        let mut levels = criterion.indicators.iter().flat_map(CriterionIndicator::levels);
        levels.any(|levels| levels.all().any(|level| !level.provenance.verified()))
    });
    if !levels.is_empty() {
        add(
            format!("mức đạt của các chỉ tiêu thuộc tiêu chí {levels} chưa được kiểm chứng"),
            format!("levels of indicators of criteria {levels} are not verified"),
        );
    }
    caveats
}

/// Numbers in rising order, those in a row as one: `3-6, 9`.
fn runs(numbers: impl Iterator<Item = u16>) -> String {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let named = runs
        .into_iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    named.collect::<Vec<_>>().join(", ")
}
