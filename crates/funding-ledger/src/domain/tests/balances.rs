//! Money is there or it is not, on every day.

use super::*;

#[test]
fn what_is_assigned_comes_from_the_grantor_who_alone_is_below_zero() {
    let case = given_money();
    assert_eq!(case.on(&at(Stage::Grantor), TODAY), -1_000);
    assert_eq!(case.on(&at(Stage::Assigned), TODAY), 1_000);
    assert_eq!(case.on(&at(Stage::Assigned), date(2024, 5, 31)), 0, "from its day on");
}

#[test]
fn more_than_is_there_is_refused_with_what_is_there_and_the_day() {
    let case = given_money();
    let faults = case.refuses(transfer(vec![moving(Movement::Cut, at(Stage::Assigned), 1_001)]));
    let overdrawn = Rejection::Overdrawn {
        stage: Stage::Assigned,
        owner: FINANCE.to_owned(),
        programme: "GNBV.DA5".to_owned(),
        available: Money::from_dong(1_000),
        asked: Money::from_dong(1_001),
        day: date(2024, 6, 1),
    };
    assert_eq!(faults, [("transfers[0].amount".to_owned(), overdrawn)]);
}

#[test]
fn money_that_comes_later_is_not_there_yet() {
    let case = given_money();
    let early = moving(Movement::Cut, at(Stage::Assigned), 1).dated(date(2024, 5, 31));
    let faults = case.refuses(transfer(vec![early]));
    assert!(
        matches!(&faults[0].1, Rejection::Overdrawn { available: Money::ZERO, day, .. } if *day == date(2024, 5, 31)),
        "{faults:?}"
    );
}

#[test]
fn money_that_is_spent_later_is_not_there_before() {
    // 1,000 come in June, 900 go in September: in July 100 can be taken, and not the 1,000 that stand there.
    let spent = moving(Movement::Cut, at(Stage::Assigned), 900).dated(date(2024, 9, 1));
    let case = given_money().and(transfer(vec![spent]));
    let in_july =
        |amount| transfer(vec![moving(Movement::Cut, at(Stage::Assigned), amount).dated(date(2024, 7, 1))]);
    let faults = case.refuses(in_july(101));
    assert!(
        matches!(&faults[0].1, Rejection::Overdrawn { available, day, .. } if available.dong() == 100 && *day == date(2024, 9, 1)),
        "{faults:?}"
    );
    assert_eq!(case.and(in_july(100)).on(&at(Stage::Assigned), TODAY), 0);
}

#[test]
fn transfers_of_one_request_build_on_each_other_and_all_of_them_hold_or_none() {
    let steps = |paid| {
        transfer(vec![
            assign(500),
            allocate(WORKS, 80),
            moving(Movement::Commit, on(Stage::Allocated, WORKS), 80),
            moving(Movement::Pay, on(Stage::Committed, WORKS), paid),
        ])
    };
    let case = given_parties();
    let faults = case.refuses(steps(81));
    assert_eq!(faults[0].0, "transfers[3].amount");
    let case = case.and(steps(80));
    assert_eq!(case.on(&on(Stage::Paid, WORKS), TODAY), 80);
    assert_eq!(case.on(&at(Stage::Assigned), TODAY), 420);
}

#[test]
fn money_that_comes_in_by_one_request_goes_out_by_the_same_whatever_the_order_of_streams() {
    // The commune gets money twice and details both: its second share is recorded after its first allocation is asked.
    let share = |amount| {
        moving(Movement::HandOver, at(Stage::Assigned), amount)
            .to(|to| *to = held_by(to.clone(), COMMUNE_OFFICE, COMMUNE_BEFORE))
    };
    let from_fund = |amount| {
        let mut fund = share(amount);
        fund.giver().executing_year = 2024;
        fund
    };
    let at_commune = || held_by(at(Stage::Assigned), COMMUNE_OFFICE, COMMUNE_BEFORE);
    let detail = |amount| moving(Movement::Allocate, at_commune(), amount).detailed_on(WORKS);
    let mut case = given_money();
    let events = case.record(&transfer(vec![detail(60), share(40), from_fund(20)])).unwrap();
    assert_eq!(transferred(&events).len(), 3);
    assert_eq!(case.on(&at_commune(), TODAY), 0);
}

#[test]
fn debits_of_one_account_stand_in_one_stream_and_assignments_stand_with_who_takes() {
    let case = given_money();
    let two = transfer(vec![
        moving(Movement::Cut, at(Stage::Assigned), 1),
        moving(Movement::Cancel, at(Stage::Assigned), 2),
        assign(3),
    ]);
    let decided = case.decide(&two).unwrap();
    assert_eq!(decided.writes.len(), 1);
    assert_eq!(decided.writes[0].stream, Stream::Account(account_key(&at(Stage::Assigned))));
    assert_eq!((decided.writes[0].version, decided.writes[0].facts.len()), (1, 3));
}

#[test]
fn a_balance_is_what_was_known_by_a_day_of_what_counts_by_another() {
    let late = assign(50).dated(date(2024, 2, 1));
    let case = given_money().and(transfer(vec![late]));
    let recorded = |position: u64| about(position, TODAY).recorded_at.day();
    let (first, second) = (recorded(case.facts.len() as u64 - 1), recorded(case.facts.len() as u64));
    let id = case.ledger.accounts().find(&at(Stage::Assigned)).unwrap();
    let book = case.ledger.accounts().get(id);
    let balance = |as_at, known_on| book.balance(Horizon { as_at, known_on });
    assert_eq!(balance(date(2024, 3, 1), None), 50);
    assert_eq!(balance(date(2024, 3, 1), Some(second)), 50);
    assert_eq!(balance(date(2024, 3, 1), Some(first)), 0, "not known yet");
    assert_eq!(balance(TODAY, Some(first)), 1_000);
    assert_eq!(balance(TODAY, None), 1_050);
}

#[test]
fn the_key_of_an_account_is_the_same_for_ever() {
    assert_eq!(account_key(&on(Stage::Paid, WORKS)).to_string(), "b38ec518-e6ef-5fa5-957a-543de7d0a669");
    let other_item = on(Stage::Paid, HOUSE);
    assert_ne!(account_key(&on(Stage::Paid, WORKS)), account_key(&other_item));
}
