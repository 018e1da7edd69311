//! Owners, their successors, and what they hand over; items.

use super::*;

const MERGER: Date = date(2025, 7, 1);

/// The old commune holds money at four stages; the merged one is named its successor.
fn given_a_commune_that_ends() -> Case {
    let mine = |account: Account| held_by(account, COMMUNE_OFFICE, COMMUNE_BEFORE);
    let share = moving(Movement::HandOver, at(Stage::Assigned), 500).to(|to| *to = mine(to.clone()));
    given_money()
        .and(transfer(vec![
            share,
            moving(Movement::Allocate, mine(at(Stage::Assigned)), 90).detailed_on(WORKS),
            moving(Movement::Commit, mine(on(Stage::Allocated, WORKS)), 80),
            moving(Movement::Advance, mine(on(Stage::Committed, WORKS)), 20),
            moving(Movement::Pay, mine(on(Stage::Committed, WORKS)), 50),
            moving(Movement::Settle, mine(on(Stage::Paid, WORKS)), 15),
        ]))
        .and(succeed(COMMUNE_OFFICE, MERGED_OFFICE, MERGER))
}

fn open_of(case: &Case, owner: &str) -> Vec<(Stage, i128)> {
    let mut open: Vec<_> = case
        .ledger
        .accounts()
        .all()
        .filter(|(_, book)| book.account.owner == owner && book.total() != 0)
        .map(|(_, book)| (book.account.stage, book.total()))
        .collect();
    open.sort_unstable();
    open
}

#[test]
fn every_open_balance_goes_to_the_successor_and_what_is_settled_stays() {
    let mut case = given_a_commune_that_ends();
    let before = open_of(&case, COMMUNE_OFFICE);
    let events = case.record(&hand_over_all(COMMUNE_OFFICE, MERGER)).unwrap();
    let closings: Vec<_> = before.iter().copied().filter(|(stage, _)| *stage != Stage::Settled).collect();
    assert_eq!(closings.len(), 5);
    assert_eq!(
        open_of(&case, MERGED_OFFICE),
        closings,
        "openings of the successor are closings of the owner"
    );
    assert_eq!(open_of(&case, COMMUNE_OFFICE), [(Stage::Settled, 15)]);
    for transfer in transferred(&events) {
        assert_eq!(transfer.movement, Movement::HandOver);
        assert_eq!(transfer.to.area, area(COMMUNE_SINCE));
        assert_eq!(transfer.from.stage, transfer.to.stage);
    }
    let faults = case.refuses(hand_over_all(COMMUNE_OFFICE, MERGER));
    assert!(matches!(&faults[0].1, Rejection::NothingToHandOver { .. }));
}

#[test]
fn nobody_hands_over_without_a_successor_or_before_its_first_day() {
    let faults = given_money().refuses(hand_over_all(FINANCE, MERGER));
    assert_eq!(faults, [("owner".to_owned(), Rejection::NoSuccessor(FINANCE.to_owned()))]);
    let faults = given_a_commune_that_ends().refuses(hand_over_all(COMMUNE_OFFICE, date(2025, 6, 30)));
    assert_eq!(faults[0].0, "effective_date");
    let faults = given_money().refuses(hand_over_all("nobody", MERGER));
    assert_eq!(faults, [("owner".to_owned(), Rejection::UnknownOwner("nobody".to_owned()))]);
}

#[test]
fn an_owner_that_ended_takes_nothing_afterwards_and_corrects_what_was_before() {
    let case = given_a_commune_that_ends();
    let mine = held_by(at(Stage::Assigned), COMMUNE_OFFICE, COMMUNE_BEFORE);
    let late = moving(Movement::Cut, mine.clone(), 1).dated(MERGER);
    let faults = case.refuses(transfer(vec![late]));
    assert_eq!(faults[0].0, "transfers[0].from.area");
    let in_life = moving(Movement::Cut, mine, 1).dated(date(2025, 6, 30));
    case.and(transfer(vec![in_life]));
}

#[test]
fn a_department_that_ended_is_named_with_who_took_over() {
    let other = "so-nong-nghiep";
    let case = given_money().and(register(other, PROVINCE, date(2020, 1, 1))).and(succeed(
        FINANCE,
        other,
        date(2025, 3, 1),
    ));
    let faults = case.refuses(transfer(vec![assign(1).dated(date(2025, 3, 1))]));
    let ended = Rejection::OwnerNotInOffice {
        owner: FINANCE.to_owned(),
        name: format!("Đơn vị {FINANCE}"),
        day: date(2025, 3, 1),
        from: date(2020, 1, 1),
        to: Some(date(2025, 2, 28)),
        successor: Some(other.to_owned()),
    };
    assert_eq!(faults, [("transfers[0].from.owner".to_owned(), ended)]);
}

#[test]
fn money_for_an_area_that_goes_on_stays_there_when_its_owner_changes() {
    let other = "so-nong-nghiep";
    let mut case = given_money().and(register(other, DISTRICT, date(2020, 1, 1))).and(succeed(
        FINANCE,
        other,
        date(2025, 3, 1),
    ));
    let events = case.record(&hand_over_all(FINANCE, date(2025, 3, 1))).unwrap();
    let handed = transferred(&events)[0];
    assert_eq!((handed.to.owner.as_str(), &handed.to.area), (other, &area(PROVINCE)));
}

#[test]
fn an_owner_has_one_successor_who_holds_office_and_is_somebody_else() {
    let case = given_a_commune_that_ends();
    let faults = case.refuses(succeed(COMMUNE_OFFICE, FINANCE, MERGER));
    assert!(
        matches!(&faults[0].1, Rejection::SuccessorNamed { successor, .. } if successor == MERGED_OFFICE)
    );
    let faults = case.refuses(succeed(FINANCE, FINANCE, MERGER));
    assert!(matches!(&faults[0].1, Rejection::SuccessorIsOwner(_)));
    let faults = case.refuses(succeed(FINANCE, COMMUNE_OFFICE, MERGER));
    assert!(matches!(&faults[0], (field, Rejection::OwnerNotInOffice { .. }) if field == "successor"));
    let faults = case.refuses(succeed(DISTRICT_OFFICE, MERGED_OFFICE, date(2020, 1, 1)));
    let fields: Vec<_> = faults.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["effective_date", "successor"], "all faults are told at once");
}

#[test]
fn the_successor_must_not_have_changed_meanwhile() {
    let case = given_money();
    let decided = case.decide(&succeed(COMMUNE_OFFICE, MERGED_OFFICE, MERGER)).unwrap();
    assert_eq!(decided.unchanged, [(Stream::Owner(MERGED_OFFICE.to_owned()), 1)]);
}

#[test]
fn what_is_registered_is_registered_once_and_in_a_place_that_exists() {
    let case = given_parties();
    let faults = case.refuses(register(FINANCE, PROVINCE, date(2020, 1, 1)));
    assert_eq!(faults, [("code".to_owned(), Rejection::OwnerExists(FINANCE.to_owned()))]);
    let faults = case.refuses(register("moi", DISTRICT, date(2025, 7, 1)));
    assert!(matches!(&faults[0], (field, Rejection::AreaNotInForce { .. }) if field == "area"));
    let faults = case.refuses(works(WORKS, 5));
    assert_eq!(faults, [("item_id".to_owned(), Rejection::ItemExists(item(WORKS)))]);
    let faults = case.refuses(works(404, 0));
    assert_eq!(faults[0].0, "works.approved_total");
}

#[test]
fn more_balances_than_one_request_takes_are_handed_over_by_the_next() {
    let mine = |account: Account| held_by(account, COMMUNE_OFFICE, COMMUNE_BEFORE);
    let mut case = given_parties();
    for round in 0..3_u128 {
        let mut transfers = vec![];
        for number in 0..400 {
            let number = 10_000 + round * 400 + number;
            case = case.and(works(number, 10));
            let given = Account { source: "CCA".to_owned(), ..mine(on(Stage::Grantor, number)) };
            transfers.push(moving(Movement::Contribute, given, 1));
        }
        case = case.and(transfer(transfers));
    }
    case = case.and(succeed(COMMUNE_OFFICE, MERGED_OFFICE, MERGER));
    let first = case.record(&hand_over_all(COMMUNE_OFFICE, MERGER)).unwrap();
    assert_eq!(first.len(), TRANSFERS_MAX);
    assert_eq!(open_balances(&case.ledger, COMMUNE_OFFICE, MERGER).count(), 200);
    let next = HandOver {
        request: request(556),
        owner: COMMUNE_OFFICE.to_owned(),
        decision: Arc::new(decision()),
        effective: MERGER,
    };
    assert_eq!(case.when(Command::HandOver(next)).len(), 200);
}
