//! The watch on titles: exact shares of criteria, and a range from certain to possible.

use super::*;

fn failing(count: usize, key: bool) -> Failing {
    Failing { count, key }
}

#[test]
fn of_19_criteria_6_to_9_are_a_ground_only_with_a_key_one_and_10_alone() {
    for count in 0..=5 {
        assert_eq!(ground(19, failing(count, true)), Ground::None, "{count}");
    }
    for count in 6..=9 {
        assert_eq!(ground(19, failing(count, true)), Ground::WithKey, "{count}");
        assert_eq!(ground(19, failing(count, false)), Ground::NoneWithoutKey, "{count}");
    }
    for count in 10..=19 {
        assert_eq!(ground(19, failing(count, false)), Ground::Half, "{count}");
    }
}

#[test]
fn of_the_9_criteria_of_a_district_3_and_4_need_a_key_one() {
    let results: Vec<_> = (0..=9).map(|count| ground(9, failing(count, true))).collect();
    let expected = [[Ground::None; 3].as_slice(), &[Ground::WithKey; 2], &[Ground::Half; 5]].concat();
    assert_eq!(results, expected);
    assert_eq!(ground(9, failing(3, false)), Ground::NoneWithoutKey);
}

/// 19 criteria under the advanced test set, judged so in order of number.
fn judged_in_order(states: &[(usize, Judgement)]) -> Vec<CriterionAssessed> {
    let judgements = states.iter().flat_map(|(times, state)| std::iter::repeat_n(*state, *times));
    let criterion = |(at, state): (usize, Judgement)| CriterionAssessed {
        number: u16::try_from(at + 1).unwrap(),
        strict: if state == Judgement::Met { State::Met } else { State::NotMet },
        official: Some(judged(state)),
        indicators: vec![],
    };
    judgements.enumerate().map(criterion).collect()
}

fn watched(states: &[(usize, Judgement)]) -> Watch {
    watch(REFERENCE.criteria.get("test-advanced").unwrap(), &judged_in_order(states)).unwrap()
}

#[test]
fn dien_bien_8_met_8_basically_met_3_not_met_is_3_certain_and_11_wider() {
    use Judgement::*;
    let watch = watched(&[(8, Met), (8, BasicallyMet), (3, NotMet)]);
    assert_eq!((watch.certain.count, watch.wider.count, watch.possible.count), (3, 11, 11));
    assert!(watch.in_words().contains("Chưa có căn cứ chắc chắn; có thể có căn cứ nếu tính cả cơ bản đạt"));
}

#[test]
fn chieng_sinh_12_met_7_basically_met_is_a_ground_only_with_a_key_criterion() {
    use Judgement::*;
    // Criteria 10, 17, 18 and 19 are the key ones of the set.
    let without_key = watched(&[(2, Met), (7, BasicallyMet), (10, Met)]);
    assert_eq!((without_key.certain, without_key.wider), (failing(0, false), failing(7, false)));
    assert_eq!(ground(19, without_key.wider), Ground::NoneWithoutKey);
    assert!(without_key.in_words().ends_with("Chưa có căn cứ xem xét thu hồi."));
    let with_key = watched(&[(12, Met), (7, BasicallyMet)]);
    assert_eq!(with_key.wider, failing(7, true));
    assert_eq!(ground(19, with_key.wider), Ground::WithKey);
}

#[test]
fn what_nobody_judged_is_only_possible_and_what_does_not_apply_keeps_its_place() {
    let mut criteria =
        judged_in_order(&[(9, Judgement::Met), (9, Judgement::NotAssessed), (1, Judgement::NotApplicable)]);
    criteria[0].official = None;
    let watch = watch(REFERENCE.criteria.get("test-advanced").unwrap(), &criteria).unwrap();
    assert_eq!((watch.certain.count, watch.possible.count, watch.criteria), (0, 10, 19));
}

#[test]
fn nothing_is_watched_under_a_set_whose_rule_is_not_known() {
    let set = REFERENCE.criteria.get("vn-commune-2026-2030").unwrap();
    assert_eq!(watch(set, &judged_in_order(&[(10, Judgement::NotMet)])), None);
}

#[test]
fn a_certain_ground_is_named_and_leaves_the_decision_to_those_who_decide() {
    let words = watched(&[(9, Judgement::Met), (10, Judgement::NotMet)]).in_words();
    assert!(words.contains("Có căn cứ xem xét thu hồi: từ 50% số tiêu chí không đạt"), "{words}");
    assert!(words.ends_with("Chỉ quyết định thu hồi mới có hiệu lực."), "{words}");
    let words = watched(&[(12, Judgement::Met), (7, Judgement::NotMet)]).in_words();
    assert!(words.contains("trong đó có tiêu chí then chốt"), "{words}");
}
