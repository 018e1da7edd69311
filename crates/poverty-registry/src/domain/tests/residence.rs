//! A code resolves only together with a day; days go forward; a household that did not move is in the successor.

use super::*;

#[test]
fn the_code_names_the_unit_of_the_effective_day() {
    let recorded = |since| match given_nothing().when(register(PHUC_THAN, since)).unwrap() {
        PovertyEvent::HouseholdRegistered(event) => event.residence.commune.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(recorded(date(2025, 6, 30)), "03618@0001-01-01", "xã Phúc Than");
    assert_eq!(recorded(date(2025, 7, 1)), "03618@2025-07-01", "xã Mường Than");
}

#[test]
fn a_code_that_no_unit_bears_on_that_day_is_refused_with_what_it_named_and_when() {
    let refused = given_nothing().refuses(register("03619", AFTER));
    let Rejection::AreaNotInForce { code, day, history, field } = &refused else { panic!("{refused:?}") };
    assert_eq!((code.as_str(), *day, *field), ("03619", AFTER, AreaField::Commune));
    assert_eq!(history.to_string(), "Xã Mường Than (… – 2025-06-30)");
}

#[test]
fn unknown_codes_and_units_of_another_level_are_refused() {
    assert_eq!(
        given_nothing().refuses(register("99999", AFTER)),
        Rejection::UnknownArea { code: "99999".into(), field: AreaField::Commune }
    );
    for code in ["12", "110", "03625-001"] {
        let refused = given_nothing().refuses(register(code, BEFORE));
        assert!(
            matches!(&refused, Rejection::NotACommune { code: named, .. } if named == code),
            "{refused:?}"
        );
    }
}

#[test]
fn a_village_lies_in_the_commune_that_contains_it_on_that_day() {
    let in_village = |commune: &str, village: &str, since| {
        let mut command = registration(commune, since);
        command.village = Some(village.parse().unwrap());
        given_nothing().when(Command::Register(command)).map(|_| ())
    };
    assert_eq!(in_village("03625", "03625-001", BEFORE), Ok(()));
    assert_eq!(in_village("03618", "03625-001", AFTER), Ok(()));
    let elsewhere = in_village("03618", "03625-001", BEFORE);
    assert!(matches!(elsewhere, Err(Rejection::VillageElsewhere { .. })), "{elsewhere:?}");
    assert_eq!(
        in_village("03618", "03625-999", AFTER),
        Err(Rejection::UnknownArea { code: "03625-999".into(), field: AreaField::Village })
    );
}

#[test]
fn a_household_moves_and_keeps_where_it_lived() {
    let case = given_household(SAN_THANG, BEFORE).and(move_to(PHUC_THAN, None, AFTER));
    let household = case.household();
    assert_eq!(household.residence().commune.to_string(), "03618@2025-07-01");
    let lived = household.residence_on(BEFORE).map(|residence| residence.commune.to_string());
    assert_eq!(lived.as_deref(), Some("03409@0001-01-01"));
    assert_eq!(household.residence_on(date(2024, 8, 31)), None);
}

#[test]
fn a_merger_is_no_move() {
    let case = given_household("03625", BEFORE);
    let refused = case.refuses(move_to("03618", None, AFTER));
    assert!(matches!(refused, Rejection::SameResidence(_)), "{refused:?}");
    assert!(case.when(move_to("03618", Some("03625-002"), AFTER)).is_ok(), "a village becomes known");
}

#[test]
fn days_are_neither_before_registration_nor_before_the_last_change_nor_after_today() {
    let case = given_household(SAN_THANG, BEFORE).and(move_to(PHUC_THAN, None, AFTER));
    let on = |effective| case.refuses(move_to("03478", None, effective));
    assert_eq!(
        on(date(2024, 8, 31)),
        Rejection::BeforeRegistration { effective: date(2024, 8, 31), registered: BEFORE }
    );
    assert_eq!(
        on(date(2025, 8, 31)),
        Rejection::DateGoesBackwards { effective: date(2025, 8, 31), last_change: AFTER }
    );
    let tomorrow = date(2026, 11, 24);
    assert_eq!(on(tomorrow), Rejection::FutureDate { effective: tomorrow, today: TODAY });
    assert_eq!(
        given_nothing().refuses(register(PHUC_THAN, date(215, 1, 1))),
        Rejection::DateImplausible(date(215, 1, 1))
    );
    assert!(case.when(move_to("03478", None, TODAY)).is_ok());
    assert!(case.when(move_to("03478", None, AFTER)).is_ok(), "two changes may share a day");
}

#[test]
fn nothing_is_done_to_a_household_that_is_not_registered() {
    let commands =
        [move_to(PHUC_THAN, None, AFTER), Command::ChangeMembers(change(AFTER)), assess(AFTER, 140, 3)];
    for command in commands {
        assert_eq!(given_nothing().refuses(command), Rejection::HouseholdNotFound(household_id()));
    }
}

#[test]
fn the_residence_is_recorded_in_the_units_of_its_day() {
    let case = given_household("03625", BEFORE).and(move_to("03618", Some("03625-002"), AFTER));
    let expected = Residence {
        commune: "03618@2025-07-01".parse().unwrap(),
        village: Some("03625-002".parse().unwrap()),
    };
    assert_eq!(case.household().residence(), &expected);
}
