//! Values against levels: exact, never rounded, no data never zero.

use super::*;
use proptest::prelude::*;
use reference::criteria::CriterionIndicator;

const NORTH: Option<&str> = Some("northern_midlands_mountains");

fn indicator(set: &str, code: &str) -> &'static CriterionIndicator {
    REFERENCE.criteria.get(set).unwrap().indicator(code).unwrap().1
}

fn state_in(set: &str, code: &str, column: Option<&str>, year: i16, value: Option<Observed>) -> State {
    let indicator = indicator(set, code);
    judge(indicator, &levels(indicator, column, year), value.as_ref())
}

/// Under the national set, in 2022.
fn state(code: &str, value: Observed) -> State {
    state_in(COMMUNE_SET, code, NORTH, 2022, Some(value))
}

#[test]
fn the_tests_of_the_rule_book_come_out_exactly() {
    use State::*;
    let under_kinds = |code, column, value| state_in("test-kinds", code, column, 2022, Some(value));
    assert_eq!(state("6.3", share(199, 200)), NotMet, "199/200 prints as 100 % and is less");
    assert_eq!(state("5", share(7, 10)), Met);
    assert_eq!(state("5", share(6_999, 10_000)), NotMet);
    assert_eq!(state("11", share(13, 100)), Met);
    assert_eq!(state("11", share(1_301, 10_000)), NotMet);
    assert_eq!(state("9.1", Observed::Count(0)), Met);
    assert_eq!(state("9.1", Observed::Count(1)), NotMet);
    assert_eq!(state_in(COMMUNE_SET, "9.1", NORTH, 2022, None), NoData, "blank is no data");
    assert_eq!(state("10", mean(38_999_999, 1)), NotMet);
    assert_eq!(state("10", mean(39_000_000, 1)), Met);
    assert_eq!(state("10", mean(39_000_000 * 4_321 - 1, 4_321)), NotMet, "one đồng short");
    assert_eq!(state("12.1", by_sex((80, 100), (69, 100))), NotMet, "the total of 74.5 % proves nothing");
    assert_eq!(state("12.1", by_sex((80, 100), (70, 100))), Met);
    assert_eq!(state("17.1", parts(&[("total", 30, 100), ("centralised", 9, 100)])), NotMet);
    assert_eq!(state("17.1", parts(&[("total", 30, 100), ("centralised", 10, 100)])), Met);
    assert_eq!(under_kinds("1.1", Some("1"), share(199, 200)), Met, "exactly 99.5 %");
    assert_eq!(under_kinds("1.1", Some("1"), share(994, 1_000)), NotMet);
    assert_eq!(under_kinds("1.2", None, share(267, 1_000)), Met);
    assert_eq!(under_kinds("1.2", None, share(2_671, 10_000)), NotMet);
    assert_eq!(under_kinds("2.2", None, mean(5, 2)), Met);
    assert_eq!(under_kinds("2.2", None, mean(2_501, 1_000)), NotMet);
}

#[test]
fn a_year_without_a_level_is_not_configured_and_no_other_year_stands_in() {
    let income = Some(mean(900_000_000, 1));
    assert_eq!(state_in(COMMUNE_SET, "10", NORTH, 2026, income.clone()), State::NotAssessed);
    assert_eq!(state_in("test-kinds", "2.1", None, 2024, income), State::NotAssessed);
}

#[test]
fn a_column_without_a_level_and_a_level_left_to_the_province_are_not_configured() {
    let all = Some(share(100, 100));
    assert_eq!(state_in("test-kinds", "1.1", Some("2"), 2022, all.clone()), State::NotAssessed);
    assert_eq!(state_in(COMMUNE_SET, "2.1", NORTH, 2022, all), State::NotAssessed);
    assert_eq!(state_in(COMMUNE_SET, "2.1", NORTH, 2022, None), State::NotAssessed);
}

#[test]
fn a_missing_value_and_one_that_cannot_be_are_no_data() {
    assert_eq!(state_in(COMMUNE_SET, "5", NORTH, 2022, None), State::NoData);
    assert_eq!(state("5", share(0, 0)), State::NoData, "a denominator of zero is no data");
    assert_eq!(state("5", Observed::Judged(true)), State::NoData, "of another kind");
    assert_eq!(state("17.1", parts(&[("total", 90, 100)])), State::NoData, "the other part is missing");
    assert_eq!(state("17.1", parts(&[("total", 3, 100)])), State::NotMet, "whatever the other part is");
}

#[test]
fn a_yes_no_indicator_is_what_the_competent_body_judged() {
    assert_eq!(state("4.1", Observed::Judged(true)), State::Met);
    assert_eq!(state("4.1", Observed::Judged(false)), State::NotMet);
    assert_eq!(state_in(COMMUNE_SET, "4.1", NORTH, 2022, None), State::NotAssessed);
}

#[test]
fn a_reported_percentage_is_compared_as_the_exact_decimal() {
    let reported = |text| Observed::ReportedPercent(values::percent(text).unwrap());
    assert_eq!(state("5", reported("70.0")), State::Met);
    assert_eq!(state("5", reported("69.999999")), State::NotMet);
    assert_eq!(values::percent_text(values::percent("87.50").unwrap()), "87.50", "as it was reported");
    for text in ["", "1/2", "-1", "+5", "100.01", "12,5", "7.", "a"] {
        assert_eq!(values::percent(text), None, "'{text}'");
    }
    assert!(values::percent("100").is_some() && values::percent("0").is_some());
}

#[test]
fn not_applicable_counts_only_where_the_indicator_depends_on_a_condition() {
    let absent = || Observed::NotApplicable("xã không có làng nghề".into());
    let conditional = &REFERENCE.criteria.get(COMMUNE_SET).unwrap().criteria;
    let conditional = conditional
        .iter()
        .flat_map(|criterion| &criterion.indicators)
        .find(|indicator| indicator.applicable_if.is_some())
        .unwrap();
    assert_eq!(state(&conditional.code, absent()), State::NotApplicable);
    assert_eq!(state("5", absent()), State::NoData);
}

#[test]
fn the_states_of_indicators_roll_up_to_the_criterion() {
    use State::*;
    assert_eq!(roll_up([Met, NotMet, NoData, NotAssessed]), NotMet);
    assert_eq!(roll_up([Met, NoData, NotAssessed]), NoData);
    assert_eq!(roll_up([Met, NotAssessed, NotApplicable]), NotAssessed);
    assert_eq!(roll_up([Met, NotApplicable]), Met);
    assert_eq!(roll_up([NotApplicable, NotApplicable]), NotApplicable);
    assert_eq!(roll_up([]), NotAssessed, "a criterion whose indicators are not loaded");
}

#[test]
fn an_official_basically_met_raises_no_strict_state_and_is_strictly_not_met_on_a_yes_no() {
    let set = REFERENCE.criteria.get("test-advanced").unwrap();
    let mut official = Officials::default();
    official.indicators.insert("1.1".into(), judged(Judgement::BasicallyMet));
    official.indicators.insert("1.4".into(), judged(Judgement::BasicallyMet));
    let (short, yes) = (share(79, 100), Observed::Judged(true));
    let criteria = evaluate(set, None, 2022, &official, |indicator| {
        let value = if indicator.code.ends_with(".4") { &yes } else { &short };
        Some(Used { observation: None, value })
    });
    let strict: Vec<_> = criteria[0].indicators.iter().map(|indicator| indicator.strict).collect();
    assert_eq!(strict, [State::NotMet, State::NotMet, State::NotMet, State::NotMet]);
    assert_eq!(criteria[1].indicators[3].strict, State::Met, "where nobody judged it short");
}

#[test]
fn a_set_passes_only_if_every_criterion_that_applies_is_met() {
    let of = |strict| CriterionAssessed { number: 1, strict, official: None, indicators: vec![] };
    let tally = |states: &[State]| Tally::of(&states.iter().map(|state| of(*state)).collect::<Vec<_>>());
    let all = tally(&[State::Met, State::NotApplicable, State::Met]);
    assert_eq!((all.strict, all.strict_met, all.applicable), (State::Met, 2, 2));
    assert_eq!(tally(&[State::Met, State::NoData]).strict, State::NoData);
    assert_eq!(tally(&[State::Met, State::NotMet, State::NoData]).strict, State::NotMet);
    assert_eq!(tally(&[State::Met]).official_share(), None, "nobody judged");
}

fn any_fraction() -> impl Strategy<Value = (i64, i64)> {
    (1_i64..=i64::MAX).prop_flat_map(|d| (0..=d, Just(d)))
}

fn any_value() -> impl Strategy<Value = Observed> {
    let fraction = || (any::<i64>(), any::<i64>()).prop_map(|(n, d)| Fraction { n, d });
    prop_oneof![
        any::<bool>().prop_map(Observed::Judged),
        fraction().prop_map(Observed::Share),
        fraction().prop_map(Observed::Mean),
        (fraction(), fraction()).prop_map(|(men, women)| Observed::BySex { men, women }),
        any::<i64>().prop_map(Observed::Count),
        any::<String>().prop_map(Observed::NotApplicable),
        prop::collection::btree_map("total|centralised|other", fraction(), 0..3).prop_map(Observed::Parts),
        (any::<i64>(), 1..=i64::MAX)
            .prop_map(|(n, d)| Observed::ReportedPercent(kernel::Ratio::new(n, d).unwrap())),
    ]
}

/// Met above not met; both are judgements on a value that is there.
fn goodness(state: State) -> u8 {
    match state {
        State::Met => 1,
        State::NotMet => 0,
        other => panic!("a value that is there was not judged: {other:?}"),
    }
}

proptest! {
    #[test]
    fn every_value_has_a_state_and_what_it_lacks(value in any_value(), at in 0_usize..57, year in 2020_i16..2028) {
        let set = REFERENCE.criteria.get(COMMUNE_SET).unwrap();
        let indicator = set.criteria.iter().flat_map(|criterion| &criterion.indicators).nth(at).unwrap();
        let levels = levels(indicator, NORTH, year);
        let state = judge(indicator, &levels, Some(&value));
        let gaps = gaps(indicator, &levels, Some(&value));
        if matches!(state, State::Met | State::NotApplicable | State::NotAssessed | State::NoData) {
            let pair_or_sexes = indicator.both_sexes || indicator.code == "17.1";
            prop_assert!(gaps.is_empty() || pair_or_sexes, "{state:?} lacks {gaps:?}");
        }
        in_words(indicator, &gaps, &[]);
    }

    #[test]
    fn a_better_share_never_lowers_a_criterion((n, d) in any_fraction(), better in any::<i64>()) {
        let more = n.saturating_add(better.max(0)).min(d);
        prop_assert!(goodness(state("5", share(more, d))) >= goodness(state("5", share(n, d))));
        prop_assert!(goodness(state("11", share(n, d))) >= goodness(state("11", share(more, d))), "at most");
        let both = |n| state("12.1", by_sex((n, d), (n, d)));
        prop_assert!(goodness(both(more)) >= goodness(both(n)));
        let pair = |n| state("17.1", parts(&[("total", n, d), ("centralised", n, d)]));
        prop_assert!(goodness(pair(more)) >= goodness(pair(n)));
    }

    #[test]
    fn a_better_mean_count_or_percentage_never_lowers_a_criterion(
        n in 0..i64::MAX, d in 1..i64::MAX, better in 0..i64::MAX, few in 0_i64..5, tenths in 0_i64..=1000
    ) {
        let more = n.saturating_add(better);
        prop_assert!(goodness(state("10", mean(more, d))) >= goodness(state("10", mean(n, d))));
        let count = |n| goodness(state("9.1", Observed::Count(n)));
        prop_assert!(count(few) >= count(few + 1));
        let percent = |tenths| Observed::ReportedPercent(kernel::Ratio::new(tenths, 10).unwrap());
        prop_assert!(goodness(state("5", percent(tenths + 1))) >= goodness(state("5", percent(tenths))));
        prop_assert!(goodness(state("4.1", Observed::Judged(true))) >= goodness(state("4.1", Observed::Judged(false))));
    }

    #[test]
    fn closing_the_gap_meets_the_level_and_one_less_does_not((n, d) in any_fraction()) {
        let indicator = indicator(COMMUNE_SET, "5");
        let levels = levels(indicator, NORTH, 2022);
        let gaps = gaps(indicator, &levels, Some(&share(n, d)));
        match gaps.first().map(|gap| gap.lacking) {
            None => prop_assert_eq!(state("5", share(n, d)), State::Met),
            Some(Lacking::More { count, of }) => {
                prop_assert_eq!(of, d);
                prop_assert_eq!(state("5", share(n + count, d)), State::Met);
                prop_assert_eq!(state("5", share(n + count - 1, d)), State::NotMet);
            }
            Some(other) => prop_assert!(false, "a share lacks {other:?}"),
        }
    }
}
