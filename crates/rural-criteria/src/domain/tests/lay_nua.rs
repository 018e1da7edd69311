//! Lay Nưa: a commune that was recognised though by the written rule it does not pass.

use super::*;

const DAY: Date = date(2023, 8, 1);
/// The criteria that were judged basically met; the other 14 are met.
const SHORT: [u16; 5] = [6, 10, 13, 15, 17];

/// Of the 20 indicators of those five, 9 were judged basically met, 3 not met, 2 not assessed, 6 met.
fn judgement_of(code: &str) -> Judgement {
    let (criterion, indicator) = code.split_once('.').unwrap();
    match (criterion.parse::<u16>().unwrap(), indicator) {
        (6 | 10 | 13, "4") => Judgement::NotMet,
        (15 | 17, "4") => Judgement::NotAssessed,
        (6 | 10 | 13 | 15, "1" | "2") | (17, "1") => Judgement::BasicallyMet,
        _ => Judgement::Met,
    }
}

fn value_of(code: &str) -> Option<Observed> {
    let yes_no = code.ends_with(".4");
    match judgement_of(code) {
        Judgement::NotAssessed => None,
        Judgement::Met if yes_no => Some(Observed::Judged(true)),
        Judgement::Met => Some(share(80, 100)),
        _ if yes_no => Some(Observed::Judged(false)),
        _ => Some(share(79, 100)),
    }
}

fn codes() -> Vec<String> {
    let set = REFERENCE.criteria.get("test-advanced").unwrap();
    set.criteria.iter().flat_map(|criterion| &criterion.indicators).map(|it| it.code.clone()).collect()
}

fn lay_nua_assessed() -> AssessArea {
    let mut command = AssessArea { set: "test-advanced".into(), ..assessment(1, DAY, 2022) };
    for number in 1..=19 {
        let short = SHORT.contains(&number);
        let state = if short { Judgement::BasicallyMet } else { Judgement::Met };
        command.official.push(official(&format!("criteria/{number}"), state));
    }
    for code in codes() {
        command.official.push(official(&format!("indicators/{code}"), judgement_of(&code)));
    }
    command
}

fn lay_nua_recognised() -> RecogniseTitle {
    RecogniseTitle {
        votes: Some(Fraction { n: 24, d: 24 }),
        ..recognised(PHUC_THAN, TitleTier::AdvancedCommune, date(2023, 8, 25))
    }
}

fn lay_nua() -> Case {
    let mut case = given_nothing().and(recognition(date(2020, 1, 1)));
    for (number, code) in (1..).zip(codes()) {
        let Some(value) = value_of(&code) else { continue };
        let observed = observation(number, &code, date(2022, 12, 1), value);
        case = case.and(RecordObservation { set: "test-advanced".into(), ..observed });
    }
    case.and(lay_nua_assessed())
}

fn official_counts(assessed: &AreaAssessed) -> [usize; 4] {
    let indicators: Vec<_> = assessed.criteria.iter().flat_map(|criterion| &criterion.indicators).collect();
    let count = |state| {
        indicators.iter().filter(|indicator| indicator.official.as_ref().unwrap().state == state).count()
    };
    use Judgement::*;
    [count(Met), count(BasicallyMet), count(NotMet), count(NotAssessed)]
}

#[test]
fn every_indicator_and_criterion_is_judged_once() {
    let assessed = given_nothing().assessed(lay_nua_assessed());
    assert_eq!(official_counts(&assessed), [62, 9, 3, 2]);
    assert_eq!(official_counts(&assessed).iter().sum::<usize>(), 76);
    let tally = Tally::of(&assessed.criteria);
    assert_eq!((tally.judged, tally.official_met), (19, 14));
}

#[test]
fn strictly_14_criteria_are_met_5_are_not_and_the_set_is_not_passed() {
    let assessed = lay_nua().assessed(lay_nua_assessed());
    let tally = Tally::of(&assessed.criteria);
    assert_eq!((tally.strict_met, tally.applicable, tally.strict), (14, 19, State::NotMet));
    let not_met: Vec<_> =
        assessed.criteria.iter().filter(|it| it.strict == State::NotMet).map(|it| it.number).collect();
    assert_eq!(not_met, SHORT);
}

#[test]
fn the_recognition_is_recorded_with_its_differences_though_strictly_it_fails() {
    let case = lay_nua();
    let events = case.when(lay_nua_recognised());
    let [RuralEvent::TitleRecognised(title)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((title.year, title.votes), (2022, Some(Fraction { n: 24, d: 24 })));
    assert_eq!(title.strict, Some(Fraction { n: 14, d: 19 }));
    assert_eq!(title.official, Some(Fraction { n: 14, d: 19 }));
    let view = Viewpoint { as_at: date(2023, 8, 25), known: Known::BeforePosition(case.position + 1) };
    let doubts = doubts_of_recognition(&case.units, case.context(), title, view);
    assert_eq!(
        doubts,
        [Doubt::StrictShort { met: 14, applicable: 19 }, Doubt::Differences { criteria: 5, indicators: 9 }]
    );
}

#[test]
fn strict_and_official_differ_at_the_set_5_criteria_and_9_indicators() {
    let assessed = lay_nua().assessed(lay_nua_assessed());
    let differing = differences(&assessed.criteria, true);
    let at = |wanted: fn(&ResultOf) -> bool| differing.iter().filter(|it| wanted(&it.of)).count();
    assert_eq!(at(|of| matches!(of, ResultOf::Set)), 1);
    assert_eq!(at(|of| matches!(of, ResultOf::Criterion(_))), 5);
    assert_eq!(at(|of| matches!(of, ResultOf::Indicator(_))), 9);
    let basically = differing.iter().filter(|it| it.official == Judgement::BasicallyMet).count();
    assert_eq!(basically, 14, "what differs was judged basically met, the set apart");
}

#[test]
fn shares_are_told_exactly_and_open_indicators_stay_what_they_are() {
    let assessed = lay_nua().assessed(lay_nua_assessed());
    let share = Tally::of(&assessed.criteria).strict_share().unwrap();
    assert_eq!(kernel::Ratio::new(share.n, share.d).unwrap().percent(1), "73.7");
    assert_eq!(kernel::Ratio::new(62, 76).unwrap().percent(1), "81.6");
    let [_, _, not_met, not_assessed] = official_counts(&assessed);
    assert_eq!((not_met, not_assessed), (3, 2));
}

#[test]
fn five_failing_criteria_are_no_ground_and_a_sixth_with_a_key_one_is() {
    let set = REFERENCE.criteria.get("test-advanced").unwrap();
    let mut assessed = lay_nua().assessed(lay_nua_assessed());
    let watched = watch(set, &assessed.criteria).unwrap();
    assert_eq!(
        (watched.certain.count, watched.wider.count, watched.possible.count, watched.strict.count),
        (0, 5, 5, 5)
    );
    assert!(watched.wider.key, "criteria 10 and 17 are key ones");
    assert_eq!(ground(19, watched.wider), Ground::None, "no ground even with a key");
    assessed.criteria[0].official = Some(judged(Judgement::BasicallyMet));
    assert_eq!(ground(19, watch(set, &assessed.criteria).unwrap().wider), Ground::WithKey);
}

#[test]
fn eight_met_eight_basically_and_three_not_met_make_no_event_by_themselves() {
    let state_of = |number| match number {
        1..=8 => Judgement::Met,
        9..=16 => Judgement::BasicallyMet,
        _ => Judgement::NotMet,
    };
    let results = (1..=19).map(|number| official(&format!("criteria/{number}"), state_of(number)));
    let case = given_nothing().and(AssessArea { official: results.collect(), ..lay_nua_assessed() });
    assert!(case.titles(PHUC_THAN, TODAY).decided.is_empty(), "an assessment gives no title");
}
