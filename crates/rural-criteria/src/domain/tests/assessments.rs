//! A unit against a version of a set.

use super::*;

const DAY: Date = date(2022, 12, 15);

#[test]
fn an_assessment_pins_levels_observations_and_column() {
    let case = given_nothing().and(observation(1, "5", date(2022, 6, 1), share(7, 10))).and(observation(
        2,
        "10",
        date(2022, 6, 1),
        mean(38_999_999, 1),
    ));
    let assessed = case.assessed(assessment(1, DAY, 2022));
    assert_eq!(assessed.column.as_deref(), Some("northern_midlands_mountains"), "the only one");
    assert_eq!(assessed.criteria.len(), 19);
    let of = |number: u16| &assessed.criteria[usize::from(number) - 1];
    assert_eq!((of(5).strict, of(10).strict), (State::Met, State::NotMet));
    assert_eq!(of(5).indicators[0].observation, Some(observation_id(1)));
    assert_eq!(of(5).indicators[0].levels[""], "0.7".parse().unwrap());
    assert_eq!(of(11).strict, State::NoData, "no household was reviewed");
    assert_eq!(of(1).strict, State::NotAssessed, "nobody judged");
    assert_eq!(Tally::of(&assessed.criteria).strict, State::NotMet);
}

#[test]
fn a_year_without_levels_is_assessed_and_stays_open() {
    let of_set = |year| AssessArea {
        set: "test-kinds".into(),
        column: Some("1".into()),
        ..assessment(1, date(2023, 12, 1), year)
    };
    let income = RecordObservation {
        set: "test-kinds".into(),
        ..observation(1, "2.1", date(2023, 6, 1), mean(900_000_000, 1))
    };
    let case = given_nothing().and(income);
    let income_in = |year| case.assessed(of_set(year)).criteria[1].indicators[0].strict;
    assert_eq!((income_in(2023), income_in(2024)), (State::Met, State::NotAssessed));
    let outside = case.refuses(of_set(2027));
    assert_eq!(
        outside,
        Rejection::YearOutsideSet { set: "test-kinds".into(), year: 2027, first: 2021, last: 2026 }
    );
}

#[test]
fn the_column_must_be_one_of_the_set_and_be_named_where_there_are_several() {
    let with = |column: Option<&str>| AssessArea {
        set: "test-kinds".into(),
        column: column.map(str::to_owned),
        ..assessment(1, DAY, 2022)
    };
    let case = given_nothing();
    for column in [None, Some("3")] {
        assert!(matches!(case.refuses(with(column)), Rejection::UnknownColumn { .. }));
    }
    assert_eq!(case.assessed(with(Some("2"))).column.as_deref(), Some("2"));
    let whole = AssessArea { set: "test-advanced".into(), ..with(Some("1")) };
    assert!(matches!(case.refuses(whole.clone()), Rejection::UnknownColumn { .. }));
    assert_eq!(case.assessed(AssessArea { column: None, ..whole }).column, None);
}

#[test]
fn a_superseded_set_is_refused_with_the_version_in_use_from_the_day_that_one_begins() {
    let on = |day: Date| AssessArea {
        set: "test-kinds".into(),
        column: Some("1".into()),
        ..assessment(1, day, 2023)
    };
    let case = given_nothing();
    case.when(on(date(2023, 12, 31)));
    assert_eq!(
        case.refuses(on(date(2024, 1, 1))),
        Rejection::SetSuperseded {
            set: "test-kinds".into(),
            day: date(2024, 1, 1),
            successor: "test-kinds-2024".into()
        }
    );
    assert!(matches!(case.refuses(on(date(2020, 12, 31))), Rejection::SetNotOpen { .. }));
}

#[test]
fn a_frame_cannot_be_assessed_and_a_set_without_indicators_stays_open() {
    let case = given_nothing();
    let frame = AssessArea { set: "vn-advanced-commune-2021-2025".into(), ..assessment(1, DAY, 2022) };
    assert_eq!(case.refuses(frame), Rejection::SetHasNoCriteria("vn-advanced-commune-2021-2025".into()));
    let mut of_2026 = AssessArea {
        area: key(MUONG_THAN),
        set: "vn-commune-2026-2030".into(),
        column: Some("3".into()),
        ..assessment(1, date(2026, 6, 1), 2026)
    };
    of_2026.official.push(official("1", Judgement::Met));
    let assessed = case.assessed(of_2026);
    assert!(assessed.criteria.iter().all(|criterion| criterion.strict == State::NotAssessed));
    assert_eq!(assessed.criteria[0].official, Some(judged(Judgement::Met)));
}

#[test]
fn communes_are_assessed_under_commune_sets_and_nothing_else() {
    let of = |area: &str, set: &str, year| AssessArea {
        area: key(area),
        set: set.into(),
        ..assessment(1, DAY, year)
    };
    let case = given_nothing();
    for (area, set) in [
        (SIN_HO_TOWNSHIP, COMMUNE_SET),
        (VILLAGE, COMMUNE_SET),
        (PHUC_THAN, "test-village"),
        (PHUC_THAN, "lai-chau-resolution-2021-2025"),
    ] {
        assert!(matches!(case.refuses(of(area, set, 2022)), Rejection::AreaKind { .. }), "{area} {set}");
    }
    case.when(of(VILLAGE, "test-village", 2022));
    case.when(of(THAN_UYEN_DISTRICT, "test-district", 2022));
    let gone = AssessArea { assessed_on: date(2025, 7, 1), ..of(THAN_UYEN_DISTRICT, "test-district", 2025) };
    assert!(matches!(case.refuses(gone), Rejection::AreaNotInForce { .. }), "districts are history");
}

#[test]
fn official_results_stand_beside_the_strict_ones() {
    let mut command = assessment(1, DAY, 2022);
    command.official.push(official("criteria/5", Judgement::BasicallyMet));
    command.official.push(official("indicators/5", Judgement::Met));
    let case = given_nothing().and(observation(1, "5", date(2022, 6, 1), share(6, 10)));
    let assessed = case.assessed(command);
    let criterion = &assessed.criteria[4];
    assert_eq!(
        (criterion.strict, &criterion.official),
        (State::NotMet, &Some(judged(Judgement::BasicallyMet)))
    );
    assert_eq!(criterion.indicators[0].official, Some(judged(Judgement::Met)));
    let differing = differences(&assessed.criteria, false);
    let of: Vec<_> = differing.iter().map(|difference| &difference.of).collect();
    assert_eq!(of, [&ResultOf::Criterion(5), &ResultOf::Indicator("5".into())]);
}

#[test]
fn official_results_name_each_criterion_and_indicator_of_the_set_once() {
    let with = |names: &[&str]| {
        let official = names.iter().map(|name| official(name, Judgement::Met)).collect();
        AssessArea { official, ..assessment(1, DAY, 2022) }
    };
    let case = given_nothing();
    for unknown in ["criteria/20", "indicators/99.1", "99"] {
        let expected = Rejection::UnknownCriterion { of: unknown.into(), set: COMMUNE_SET.into(), index: 1 };
        assert_eq!(case.refuses(with(&["criteria/1", unknown])), expected);
    }
    let twice = case.refuses(with(&["criteria/1", "1"]));
    assert_eq!(twice, Rejection::OfficialRepeated { of: "1".into(), index: 1 }, "1 is no indicator");
    let both = case.refuses(with(&["5"]));
    assert_eq!(both, Rejection::OfficialAmbiguous { of: "5".into(), index: 0 });
    let assessed = case.assessed(with(&["17.1", "1"]));
    assert!(
        assessed.criteria[16].indicators[0].official.is_some() && assessed.criteria[0].official.is_some()
    );
}

fn with_poverty(number: u128, day: Date, reviewed: i64, poor: i64) -> AssessArea {
    let poverty = PovertySeen { position: 77, registered: 100, reviewed, poor_and_near_poor: poor };
    AssessArea { poverty: Some(poverty), ..assessment(number, day, 2022) }
}

#[test]
fn criterion_11_is_written_with_the_assessment_and_used_again_while_it_says_the_same() {
    let events = given_nothing().when(with_poverty(1, DAY, 90, 13));
    let [RuralEvent::ObservationRecorded(observed), RuralEvent::AreaAssessed(assessed)] = &events[..] else {
        panic!("the observation comes before the assessment: {events:?}");
    };
    assert_eq!((&observed.value, observed.poverty_position), (&share(13, 100), Some(77)));
    assert_eq!((observed.indicator.as_str(), observed.source.as_str()), ("11", POVERTY_SOURCE));
    assert_eq!(assessed.criteria[10].strict, State::Met, "13 of 100, those not reviewed among them");
    assert_eq!(assessed.criteria[10].indicators[0].observation, Some(observed.observation));

    let case = given_nothing().and(with_poverty(1, DAY, 90, 13));
    let again = case.when(with_poverty(2, DAY, 95, 13));
    let [RuralEvent::AreaAssessed(again)] = &again[..] else { panic!("nothing new: {again:?}") };
    assert_eq!(again.criteria[10].indicators[0].observation, Some(observed.observation));

    let changed = case.when(with_poverty(3, DAY, 95, 14));
    assert_eq!(changed.len(), 2, "another value is another observation");
    let later_day = case.when(with_poverty(4, date(2022, 12, 16), 95, 13));
    assert_eq!(later_day.len(), 2, "another day is another observation");
}

#[test]
fn without_a_review_criterion_11_has_no_data_even_where_an_earlier_day_had_some() {
    let case = given_nothing().and(with_poverty(1, DAY, 90, 13));
    for command in [with_poverty(2, date(2022, 12, 20), 0, 0), assessment(2, date(2022, 12, 20), 2022)] {
        let events = case.when(command);
        let [RuralEvent::AreaAssessed(assessed)] = &events[..] else {
            panic!("nothing is written: {events:?}")
        };
        assert_eq!(assessed.criteria[10].strict, State::NoData);
    }
}

#[test]
fn a_later_version_changes_nothing_that_was_recorded() {
    let of_set = |number, set: &str, day| AssessArea {
        set: set.into(),
        column: Some("1".into()),
        ..assessment(number, day, 2023)
    };
    let observed = |number, set: &str| RecordObservation {
        set: set.into(),
        ..observation(number, "1.1", date(2023, 6, 1), share(199, 200))
    };
    let case = given_nothing().and(observed(1, "test-kinds")).and(of_set(1, "test-kinds", date(2023, 12, 1)));
    let before = case.units.assessment(AssessmentId::from_uuid(Uuid::from_u128(9_001))).unwrap().clone();
    let case = case.and(observed(2, "test-kinds-2024")).and(of_set(2, "test-kinds-2024", date(2024, 6, 1)));
    let unit = case.units.get(&key(PHUC_THAN)).unwrap();
    let first = unit.latest_assessment(Some("test-kinds"), None, Viewpoint::of(TODAY)).unwrap();
    assert_eq!(first, &before);
    assert_eq!(first.event.criteria[0].indicators[0].strict, State::Met, "99.5 % under its own version");
    let second = unit.latest_assessment(None, None, Viewpoint::of(TODAY)).unwrap();
    assert_eq!(second.event.criteria[0].indicators[0].strict, State::NotMet, "100 % under the later one");
}
