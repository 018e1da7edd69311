//! The class follows from the standard in force on the effective day, in the unit that contains the household that day.

use super::*;

/// Class and area type that an assessment of a household registered in the commune gives.
fn class_of(commune: &str, effective: Date, b1: i64, deprived: usize) -> (PovertyClass, AreaType) {
    let case = given_household(commune, date(2020, 1, 1)).on(date(2026, 12, 31));
    match case.when(assess(effective, b1, deprived)).unwrap() {
        PovertyEvent::HouseholdAssessed(event) => (event.class, event.area_type),
        other => panic!("{other:?}"),
    }
}

/// An assessment by income, under Decision 59/2015 (to 2021) or Decree 351/2025 (from 2027).
fn by_income(effective: Date, income: i64, deprived: usize) -> RecordAssessment {
    let standard = REFERENCE.standards.in_force(effective).unwrap();
    let indicators: Vec<&str> = standard.indicators.iter().map(|indicator| &*indicator.code).collect();
    RecordAssessment {
        income: Some(Measured::IncomePerPersonMonth(Money::from_dong(income))),
        answers: answers(&indicators, deprived),
        ..assessment(effective, 0, 0)
    }
}

#[test]
fn the_cut_offs_of_2022_to_2026_hold_at_their_boundaries() {
    use PovertyClass::{NearPoor, NotPoor, Poor};
    let rural = |b1, deprived| class_of(PHUC_THAN, BEFORE, b1, deprived);
    for (b1, deprived, class) in [
        (140, 3, Poor),
        (140, 2, NearPoor),
        (140, 0, NearPoor),
        (0, 12, Poor),
        (141, 3, NotPoor),
        (141, 12, NotPoor),
    ] {
        assert_eq!(rural(b1, deprived), (class, AreaType::Rural), "rural ({b1}, {})", deprived * 10);
    }
    let urban = |b1, deprived| class_of(SIN_HO, BEFORE, b1, deprived);
    for (b1, deprived, class) in [(175, 3, Poor), (175, 2, NearPoor), (176, 12, NotPoor), (141, 3, Poor)] {
        assert_eq!(urban(b1, deprived), (class, AreaType::Urban), "urban ({b1}, {})", deprived * 10);
    }
}

#[test]
fn a_household_that_did_not_move_takes_the_area_type_of_the_successor() {
    use AreaType::{Rural, Urban};
    let last_day = date(2025, 6, 30);
    let first_day = date(2025, 7, 1);
    assert_eq!(class_of(SAN_THANG, last_day, 150, 3), (PovertyClass::NotPoor, Rural));
    assert_eq!(class_of(SAN_THANG, first_day, 150, 3), (PovertyClass::Poor, Urban));
    assert_eq!(class_of(SIN_HO, last_day, 150, 3), (PovertyClass::Poor, Urban));
    assert_eq!(class_of(SIN_HO, first_day, 150, 3), (PovertyClass::NotPoor, Rural));
}

#[test]
fn the_event_names_the_unit_that_decided_and_the_points() {
    let case = given_household(SAN_THANG, BEFORE);
    let PovertyEvent::HouseholdAssessed(event) = case.when(assess(AFTER, 175, 3)).unwrap() else { panic!() };
    assert_eq!(event.commune.to_string(), "03408@2025-07-01", "phường Tân Phong");
    assert_eq!((event.standard.as_str(), event.b2_score), ("ND07-2021", Some(30)));
    assert_eq!(event.deprived, INDICATORS[..3]);
    assert_eq!(event.income, Income::B1Score(175));
}

#[test]
fn the_effective_day_chooses_the_standard_not_the_clock() {
    let standard = |effective, today| {
        let case = given_household(PHUC_THAN, date(2020, 1, 1)).on(today);
        let command = match effective {
            day if day < date(2022, 1, 1) || day > date(2026, 12, 31) => by_income(day, 900_000, 3),
            day => assessment(day, 140, 3),
        };
        match case.when(Command::Assess(command)).unwrap() {
            PovertyEvent::HouseholdAssessed(event) => event.standard,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(standard(date(2020, 12, 31), TODAY), "QD59-2015");
    assert_eq!(standard(date(2021, 12, 31), TODAY), "QD59-2015", "2021: continued by Decree 07, article 2");
    assert_eq!(standard(date(2022, 1, 1), TODAY), "ND07-2021");
    assert_eq!(standard(date(2026, 11, 15), TODAY), "ND07-2021", "2026: continued by Decree 351");
    assert_eq!(standard(date(2027, 1, 1), date(2026, 12, 14)), "ND351-2025");
}

#[test]
fn the_standard_of_2016_to_2021_decides_by_income_and_deprivations() {
    let class = |income, deprived| {
        let case = given_household(PHUC_THAN, date(2020, 1, 1));
        let command = by_income(date(2021, 10, 1), income, deprived);
        match case.when(Command::Assess(command)).unwrap() {
            PovertyEvent::HouseholdAssessed(event) => (event.class, event.b2_score),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(class(700_000, 0), (PovertyClass::Poor, None));
    assert_eq!(class(700_001, 3), (PovertyClass::Poor, None));
    assert_eq!(class(1_000_000, 2), (PovertyClass::NearPoor, None));
    assert_eq!(class(1_000_001, 10), (PovertyClass::NotPoor, None));
}

#[test]
fn an_assessment_counts_at_most_thirty_one_days_ahead() {
    let case = given_household(PHUC_THAN, BEFORE).on(date(2026, 12, 1));
    assert!(case.when(Command::Assess(by_income(date(2027, 1, 1), 900_000, 3))).is_ok());
    let too_far = date(2027, 1, 2);
    assert_eq!(
        case.refuses(Command::Assess(by_income(too_far, 900_000, 3))),
        Rejection::AssessmentTooFarAhead { effective: too_far, latest: date(2027, 1, 1) }
    );
}

#[test]
fn a_late_assessment_is_lawful_and_looks_at_where_the_household_lived_then() {
    let case = given_household(SIN_HO, BEFORE)
        .and(assess(date(2025, 12, 14), 120, 0))
        .and(move_to(PHUC_THAN, None, date(2026, 1, 10)))
        .and(assess(date(2024, 12, 14), 150, 3));
    let household = case.household();
    let late = household.assessment_on(date(2024, 12, 14), "ND07-2021").unwrap();
    assert_eq!((late.class, late.area_type), (PovertyClass::Poor, AreaType::Urban));
    assert_eq!(late.commune.to_string(), "03478@0001-01-01");
    let latest = household.latest_assessment().unwrap();
    assert_eq!((latest.effective, latest.class), (date(2025, 12, 14), PovertyClass::NearPoor));
    assert_eq!(household.last_change, date(2026, 1, 10), "reviews do not bind later changes");
}

#[test]
fn a_second_assessment_of_one_day_and_a_day_before_registration_are_refused() {
    let case = given_household(PHUC_THAN, BEFORE).and(assess(AFTER, 140, 3));
    assert_eq!(
        case.refuses(assess(AFTER, 141, 0)),
        Rejection::AssessmentExists { effective: AFTER, standard: "ND07-2021".into() }
    );
    let early = date(2024, 1, 1);
    assert_eq!(
        case.refuses(assess(early, 140, 3)),
        Rejection::BeforeRegistration { effective: early, registered: BEFORE }
    );
    assert_eq!(
        given_household(PHUC_THAN, date(2010, 1, 1)).refuses(assess(date(2015, 12, 31), 140, 3)),
        Rejection::NoStandard(date(2015, 12, 31))
    );
}

#[test]
fn every_indicator_of_the_standard_is_answered_exactly_once() {
    let case = given_household(PHUC_THAN, BEFORE);
    let with_answers = |mend: fn(&mut Vec<Answer>)| {
        let mut command = assessment(AFTER, 140, 3);
        mend(&mut command.answers);
        case.refuses(Command::Assess(command))
    };
    assert_eq!(
        with_answers(|answers| answers[3].indicator = "waste_treatment".into()),
        Rejection::UnknownIndicator {
            indicator: "waste_treatment".into(),
            standard: "ND07-2021".into(),
            index: 3
        },
        "an indicator of 2027-2030 is none of 2022-2026"
    );
    assert_eq!(
        with_answers(|answers| answers[5] = answers[1].clone()),
        Rejection::AnswerRepeated { indicator: "dependent_person".into(), index: 5 }
    );
    assert_eq!(
        with_answers(|answers| answers.truncate(10)),
        Rejection::AnswersMissing {
            standard: "ND07-2021".into(),
            missing: vec!["telecommunication".into(), "information_access_assets".into()]
        }
    );
}

#[test]
fn the_standard_says_whether_points_or_income_are_asked() {
    let case = given_household(PHUC_THAN, date(2020, 1, 1));
    let standard = || "ND07-2021".to_owned();
    let with_income = |income| {
        let command = RecordAssessment { income, ..assessment(AFTER, 0, 3) };
        case.refuses(Command::Assess(command))
    };
    let needed = IncomeMeasure::Score;
    assert_eq!(with_income(None), Rejection::IncomeMissing { standard: standard(), needed });
    let income = Some(Measured::IncomePerPersonMonth(Money::from_dong(900_000)));
    assert_eq!(with_income(income), Rejection::IncomeMeasureWrong { standard: standard(), needed });
    assert_eq!(with_income(Some(Measured::B1Score(-1))), Rejection::NegativeScore(-1));
    let (points, max) = (1_001, 1_000);
    assert_eq!(
        with_income(Some(Measured::B1Score(points))),
        Rejection::ScoreOutOfRange { points, max, standard: standard() }
    );

    let by_score =
        RecordAssessment { income: Some(Measured::B1Score(140)), ..by_income(date(2021, 1, 1), 0, 0) };
    let needed = IncomeMeasure::PerPersonMonth;
    assert_eq!(
        case.refuses(Command::Assess(by_score)),
        Rejection::IncomeMeasureWrong { standard: "QD59-2015".into(), needed }
    );
    assert_eq!(
        case.refuses(Command::Assess(by_income(date(2021, 1, 1), -1, 0))),
        Rejection::NegativeIncome(Money::from_dong(-1))
    );
}
