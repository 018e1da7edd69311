//! What a unit lacks, with the denominator held.

use super::*;
use reference::criteria::CriterionIndicator;

const NORTH: Option<&str> = Some("northern_midlands_mountains");

fn indicator(set: &str, code: &str) -> &'static CriterionIndicator {
    REFERENCE.criteria.get(set).unwrap().indicator(code).unwrap().1
}

fn lacking(code: &str, value: Observed) -> Vec<Gap> {
    let indicator = indicator(COMMUNE_SET, code);
    gaps(indicator, &levels(indicator, NORTH, 2022), Some(&value))
}

fn words(code: &str, value: Observed) -> String {
    in_words(indicator(COMMUNE_SET, code), &lacking(code, value), &[])
}

fn only(gaps: Vec<Gap>) -> Lacking {
    let [gap] = <[Gap; 1]>::try_from(gaps).unwrap();
    assert_eq!(gap.part, "");
    gap.lacking
}

#[test]
fn a_share_lacks_whole_things() {
    assert_eq!(only(lacking("5", share(62, 100))), Lacking::More { count: 8, of: 100 });
    assert_eq!(only(lacking("5", share(2, 3))), Lacking::More { count: 1, of: 3 }, "70 % of 3 is 3 at least");
    assert_eq!(only(lacking("11", share(130, 900))), Lacking::Fewer { count: 13, of: 900 });
    assert_eq!(lacking("5", share(70, 100)), []);
    assert_eq!(words("5", share(1_062, 2_000)), "còn thiếu 338 (giữ nguyên mẫu số 2.000)");
    assert_eq!(words("11", share(130, 900)), "phải giảm 13 (giữ nguyên mẫu số 900)");
}

#[test]
fn a_value_lacks_an_amount_for_each() {
    let half_a_million_short = lacking("10", mean(38_500_000 * 2, 2));
    assert_eq!(only(half_a_million_short), Lacking::Above(kernel::Ratio::whole(500_000)));
    assert_eq!(words("10", mean(38_500_000, 1)), "còn thiếu 500.000 đồng/người/năm (giữ nguyên mẫu số)");
    assert_eq!(
        words("10", mean(39_000_000 * 3 - 1, 3)),
        "còn thiếu 0,34 đồng/người/năm (giữ nguyên mẫu số)",
        "a gap is never told as none"
    );
}

#[test]
fn a_value_with_levels_by_year_is_also_held_against_the_later_years() {
    let income = indicator(COMMUNE_SET, "10");
    let current = levels(income, NORTH, 2023);
    let value = mean(44_000_000, 1);
    let now = gaps(income, &current, Some(&value));
    let later = later_gaps(income, Some(&value), NORTH, 2024..=2025, &current);
    assert_eq!(
        in_words(income, &now, &later),
        "theo mức năm 2024: còn thiếu 1.000.000 đồng/người/năm (giữ nguyên mẫu số); \
         theo mức năm 2025: còn thiếu 4.000.000 đồng/người/năm (giữ nguyên mẫu số)"
    );
    let same = indicator(COMMUNE_SET, "5");
    assert_eq!(later_gaps(same, Some(&share(1, 9)), NORTH, 2023..=2025, &levels(same, NORTH, 2022)), []);
}

#[test]
fn sexes_and_parts_each_lack_their_own() {
    let by_sex = lacking("12.1", by_sex((60, 100), (65, 100)));
    let told: Vec<_> = by_sex.iter().map(|gap| (gap.part.as_str(), gap.lacking)).collect();
    assert_eq!(
        told,
        [("nam", Lacking::More { count: 10, of: 100 }), ("nữ", Lacking::More { count: 5, of: 100 })]
    );
    let pair = lacking("17.1", parts(&[("total", 30, 100), ("centralised", 9, 100)]));
    assert_eq!(pair.len(), 1);
    assert_eq!(pair[0].lacking, Lacking::More { count: 1, of: 100 });
    assert!(!pair[0].part.is_empty());
}

#[test]
fn counts_judgements_and_percentages_lack_in_their_own_kind() {
    assert_eq!(only(lacking("9.1", Observed::Count(7))), Lacking::Things(7));
    assert_eq!(only(lacking("4.1", Observed::Judged(false))), Lacking::Judgement);
    let reported = Observed::ReportedPercent("67.5".parse().unwrap());
    assert_eq!(only(lacking("5", reported.clone())), Lacking::Points("2.5".parse().unwrap()));
    assert_eq!(words("5", reported), "còn lệch 2,5 điểm phần trăm", "no counts are invented");
}

#[test]
fn what_is_unknown_is_not_lacking() {
    let indicator = indicator(COMMUNE_SET, "5");
    assert_eq!(gaps(indicator, &levels(indicator, NORTH, 2022), None), []);
    assert_eq!(gaps(indicator, &PartLevels::new(), Some(&share(0, 100))), []);
}
