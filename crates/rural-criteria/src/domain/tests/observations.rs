//! Observations: what is taken, what is refused, and which one counts.

use super::*;

const DAY: Date = date(2023, 3, 1);

fn recorded(events: Vec<RuralEvent>) -> ObservationRecorded {
    match <[RuralEvent; 1]>::try_from(events).unwrap() {
        [RuralEvent::ObservationRecorded(event)] => event,
        [other] => panic!("an observation, not {other:?}"),
    }
}

#[test]
fn an_observation_is_recorded_as_it_was_counted() {
    let event = recorded(given_nothing().when(observation(1, "5", DAY, share(62, 100))));
    assert_eq!((event.value, event.poverty_position, event.corrects), (share(62, 100), None, None));
}

#[test]
fn numbers_that_cannot_have_been_counted_are_none() {
    use values::Impossible;
    assert_eq!(values::share(3, 0), Err(Impossible::Denominator(0)));
    assert_eq!(values::share(3, -3), Err(Impossible::Denominator(-3)));
    assert_eq!(values::share(-1, 3), Err(Impossible::Numerator { numerator: -1, denominator: 3 }));
    assert_eq!(values::share(4, 3), Err(Impossible::Numerator { numerator: 4, denominator: 3 }));
    assert_eq!(values::mean(4, 0), Err(Impossible::Denominator(0)));
    assert_eq!(values::mean(-4, 1), Err(Impossible::Negative(-4)));
    assert_eq!(values::count(-1), Err(Impossible::Negative(-1)));
    assert!(values::share(3, 3).is_ok() && values::mean(40, 3).is_ok() && values::count(0).is_ok());
}

#[test]
fn each_indicator_takes_its_own_kind_of_value() {
    let all = || {
        [
            Observed::Judged(true),
            share(1, 2),
            Observed::ReportedPercent("50".parse().unwrap()),
            by_sex((1, 2), (1, 2)),
            mean(1, 2),
            Observed::Count(1),
            parts(&[("total", 1, 2)]),
        ]
    };
    let takes: [(&str, &[usize]); 6] =
        [("4.1", &[0]), ("5", &[1, 2]), ("12.1", &[3]), ("10", &[4]), ("9.1", &[5]), ("17.1", &[6])];
    for (code, expected) in takes {
        for (at, value) in all().into_iter().enumerate() {
            let decided = given_nothing().decide(&observation(1, code, DAY, value.clone()).into());
            assert_eq!(decided.is_ok(), expected.contains(&at), "{code} and {value:?}: {decided:?}");
            if let Err(no) = decided {
                assert!(matches!(no, Rejection::ValueKind { .. }), "{no}");
            }
        }
    }
    let unknown = given_nothing().refuses(observation(1, "17.1", DAY, parts(&[("river", 1, 2)])));
    assert!(matches!(unknown, Rejection::UnknownPart { part, .. } if part == "river"));
}

#[test]
fn not_applicable_is_taken_only_where_the_indicator_depends_on_a_condition() {
    let absent = || Observed::NotApplicable("không có làng nghề".into());
    let set = REFERENCE.criteria.get(COMMUNE_SET).unwrap();
    for indicator in set.criteria.iter().flat_map(|criterion| &criterion.indicators) {
        let decided = given_nothing().decide(&observation(1, &indicator.code, DAY, absent()).into());
        assert_eq!(decided.is_ok(), indicator.applicable_if.is_some(), "{}", indicator.code);
    }
}

#[test]
fn what_follows_from_the_poverty_registry_is_not_entered_by_hand() {
    let no = given_nothing().refuses(observation(1, "11", DAY, share(1, 10)));
    assert_eq!(no, Rejection::DerivedIndicator { indicator: "11".into(), set: COMMUNE_SET.into() });
}

#[test]
fn the_unit_must_exist_on_the_day_and_fit_the_set() {
    let of = |area: &str, set: &str, indicator: &str, day, value| RecordObservation {
        area: key(area),
        set: set.into(),
        ..observation(1, indicator, day, value)
    };
    let case = given_nothing();
    let yes = || Observed::Judged(true);
    let merged = case.refuses(of(MUONG_THAN, COMMUNE_SET, "4.1", date(2025, 6, 30), yes()));
    assert!(matches!(merged, Rejection::AreaNotInForce { .. }), "{merged}");
    case.when(of(MUONG_THAN, COMMUNE_SET, "4.1", date(2025, 7, 1), yes()));
    case.when(of(SIN_HO_TOWNSHIP, COMMUNE_SET, "4.1", DAY, yes()));
    case.when(of(VILLAGE, "test-village", "1", DAY, yes()));
    case.when(of(THAN_UYEN_DISTRICT, "test-district", "1", DAY, yes()));
    let resolution = "lai-chau-resolution-2021-2025";
    let reported = &REFERENCE.criteria.get(resolution).unwrap().criteria[0].indicators[0];
    let value = match values::ValueKind::of(reported) {
        ValueKind::Mean => mean(1, 1),
        _ => share(1, 2),
    };
    for area in [PROVINCE, THAN_UYEN_DISTRICT, PHUC_THAN, SIN_HO_TOWNSHIP] {
        case.when(of(area, resolution, &reported.code, DAY, value.clone()));
    }
    for (area, set, indicator) in [
        (VILLAGE, COMMUNE_SET, "4.1"),
        (PROVINCE, COMMUNE_SET, "4.1"),
        (PHUC_THAN, "test-village", "1"),
        (PHUC_THAN, "test-district", "1"),
        (VILLAGE, resolution, reported.code.as_str()),
    ] {
        let no = case.refuses(of(area, set, indicator, DAY, yes()));
        assert!(matches!(no, Rejection::AreaKind { .. }), "{area} {set}: {no}");
    }
    let nowhere = case.refuses(of("03619@2025-07-01", COMMUNE_SET, "4.1", DAY, yes()));
    assert!(matches!(nowhere, Rejection::UnknownArea(_)));
}

#[test]
fn unknown_sets_and_indicators_and_days_that_have_not_come_are_refused() {
    let case = given_nothing();
    let with = |set: &str, code: &str, day| RecordObservation {
        set: set.into(),
        ..observation(1, code, day, Observed::Judged(true))
    };
    assert_eq!(case.refuses(with("x", "4.1", DAY)), Rejection::UnknownSet("x".into()));
    assert!(matches!(case.refuses(with(COMMUNE_SET, "99", DAY)), Rejection::UnknownIndicator { .. }));
    assert!(matches!(
        case.refuses(with(COMMUNE_SET, "4.1", TODAY.tomorrow().unwrap())),
        Rejection::FutureDate { .. }
    ));
    assert!(matches!(
        case.refuses(with(COMMUNE_SET, "4.1", date(1899, 12, 31))),
        Rejection::DateImplausible { .. }
    ));
}

fn counting(case: &Case, view: Viewpoint) -> Option<ObservationId> {
    let unit = case.units.get(&key(PHUC_THAN))?;
    unit.counting(COMMUNE_SET, "5", view).map(|entry| entry.event.observation)
}

#[test]
fn the_observation_observed_last_counts_and_of_one_day_the_one_recorded_last() {
    let case = given_nothing()
        .and(observation(1, "5", date(2023, 3, 1), share(1, 10)))
        .and(observation(2, "5", date(2022, 3, 1), share(2, 10)))
        .and(observation(3, "5", date(2023, 3, 1), share(3, 10)))
        .and(observation(4, "4.1", date(2024, 3, 1), Observed::Judged(true)));
    assert_eq!(counting(&case, Viewpoint::of(TODAY)), Some(observation_id(3)));
    assert_eq!(counting(&case, Viewpoint::of(date(2023, 2, 28))), Some(observation_id(2)));
    assert_eq!(counting(&case, Viewpoint::of(date(2022, 2, 28))), None);
}

#[test]
fn a_correction_keeps_both_and_counts_from_the_day_it_was_known() {
    let correction = RecordObservation {
        corrects: Some(observation_id(1)),
        ..observation(2, "5", date(2023, 3, 1), share(9, 10))
    };
    let case = given_nothing()
        .on(date(2023, 4, 1))
        .and(observation(1, "5", date(2023, 3, 1), share(1, 10)))
        .on(date(2023, 6, 1))
        .and(correction);
    let as_known = |day| Viewpoint { as_at: date(2023, 12, 31), known: Known::by(day) };
    assert_eq!(counting(&case, as_known(date(2023, 3, 31))), None);
    assert_eq!(counting(&case, as_known(date(2023, 5, 31))), Some(observation_id(1)));
    assert_eq!(counting(&case, as_known(date(2023, 6, 1))), Some(observation_id(2)));
    assert_eq!(case.units.get(&key(PHUC_THAN)).unwrap().observations().len(), 2, "both are kept");
}

#[test]
fn a_corrected_observation_does_not_come_back_where_its_correction_is_of_a_later_day() {
    let moved = RecordObservation {
        corrects: Some(observation_id(1)),
        ..observation(2, "5", date(2023, 9, 1), share(9, 10))
    };
    let case = given_nothing().and(observation(1, "5", date(2023, 3, 1), share(1, 10))).and(moved);
    assert_eq!(counting(&case, Viewpoint::of(date(2023, 6, 1))), None);
    assert_eq!(counting(&case, Viewpoint::of(date(2023, 9, 1))), Some(observation_id(2)));
}

#[test]
fn a_correction_needs_an_observation_of_its_own_kind_that_is_not_corrected_yet() {
    let corrects = |number, corrected| RecordObservation {
        corrects: Some(observation_id(corrected)),
        ..observation(number, "5", DAY, share(1, 2))
    };
    let case = given_nothing()
        .and(observation(1, "5", DAY, share(1, 10)))
        .and(observation(2, "6.3", DAY, share(1, 10)))
        .and(corrects(3, 1));
    assert_eq!(case.refuses(corrects(9, 8)), Rejection::ObservationNotFound(observation_id(8)));
    assert_eq!(
        case.refuses(corrects(9, 1)),
        Rejection::ObservationCorrected { observation: observation_id(1), by: observation_id(3) }
    );
    assert!(matches!(case.refuses(corrects(9, 2)), Rejection::ObservationOfAnother { .. }));
    let elsewhere = RecordObservation { area: key(MUONG_MIT), ..corrects(9, 3) };
    assert!(matches!(case.refuses(elsewhere), Rejection::ObservationOfAnother { .. }));
    case.when(corrects(9, 3));
}
