//! Cases: what somebody must look at.

use super::*;

/// Housing money of the other programme.
fn of_dtts(account: Account) -> Account {
    Account { programme: "DTTS.DA1".to_owned(), ..account }
}

/// Both programmes have money; the household's first house is paid by GNBV.
fn given_a_house() -> Case {
    given_money()
        .and(transfer(vec![moving(Movement::Assign, of_dtts(at(Stage::Grantor)), 500)]))
        .and(transfer(vec![allocate(HOUSE, 40)]))
}

fn second_house(amount: i64) -> NewTransfer {
    moving(Movement::Allocate, of_dtts(at(Stage::Assigned)), amount).detailed_on(SECOND_HOUSE)
}

#[test]
fn one_household_with_one_kind_of_support_from_two_programmes_is_a_case() {
    let events = given_a_house().when(transfer(vec![second_house(44)]));
    let cases = opened(&events);
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].rule, K01);
    let lines = [
        format!("items/{}", item(SECOND_HOUSE)),
        format!("items/{}", item(HOUSE)),
        format!("households/{}", Uuid::from_u128(HOUSEHOLD)),
    ];
    assert_eq!(cases[0].lines, lines);
    assert_eq!(cases[0].inputs["kind"], "housing");
    assert_eq!((&*cases[0].inputs["amount.GNBV"], &*cases[0].inputs["amount.DTTS"]), ("40", "44"));
    assert!(cases[0].provisional, "nobody has verified whether supports may be added up");
}

#[test]
fn one_item_paid_by_two_programmes_is_a_case_too() {
    let same = moving(Movement::Allocate, of_dtts(at(Stage::Assigned)), 44).detailed_on(HOUSE);
    let events = given_a_house().when(transfer(vec![same]));
    assert_eq!(opened(&events)[0].rule, K01);
    assert_eq!(opened(&events)[0].lines.len(), 2);
}

#[test]
fn both_in_one_request_is_a_case() {
    let case = given_money().and(transfer(vec![moving(Movement::Assign, of_dtts(at(Stage::Grantor)), 500)]));
    let events = case.when(transfer(vec![allocate(HOUSE, 40), second_house(44)]));
    assert_eq!(opened(&events).len(), 1);
}

#[test]
fn a_declared_top_up_passes() {
    const TOPPED_UP: u128 = 74;
    let case = given_a_house().and(house(TOPPED_UP, Some("Nghị quyết 13/NQ-HĐND")));
    let top_up = moving(Movement::Allocate, of_dtts(at(Stage::Assigned)), 14).detailed_on(TOPPED_UP);
    let events = case.when(transfer(vec![top_up]));
    assert_eq!(opened(&events), Vec::<&events::funding::CaseOpened>::new());
}

#[test]
fn more_money_of_the_same_programme_is_no_second_support() {
    let events = given_a_house().when(transfer(vec![allocate(HOUSE, 1)]));
    assert_eq!(events.len(), 1, "only the transfer: {events:?}");
}

#[test]
fn money_that_left_again_does_not_count_and_is_looked_at_when_it_comes_back() {
    let first = allocate(HOUSE, 40);
    let id = first.transfer;
    let mut case = given_money()
        .and(transfer(vec![moving(Movement::Assign, of_dtts(at(Stage::Grantor)), 500)]))
        .and(transfer(vec![first]))
        .and(reverse(1, id, date(2024, 7, 1)));
    let events = case.record(&transfer(vec![second_house(44)])).unwrap();
    assert!(opened(&events).is_empty(), "the first house has no money any more");
    let events = case.when(transfer(vec![allocate(HOUSE, 40).dated(date(2024, 7, 1))]));
    assert_eq!(opened(&events)[0].rule, K01);
}

#[test]
fn supports_of_all_programmes_meet_in_the_stream_of_the_household() {
    let case = given_a_house();
    let decided = case.decide(&transfer(vec![second_house(44)])).unwrap();
    let household = Stream::Household(HouseholdId::from_uuid(Uuid::from_u128(HOUSEHOLD)));
    let write = decided.writes.iter().find(|write| write.stream == household).unwrap();
    assert_eq!(write.version, 1, "what another process detailed meanwhile makes it stale");
}

#[test]
fn a_household_that_was_not_eligible_on_the_day_of_the_decision_is_a_case() {
    let detail = |then, now| transfer_seeing(vec![allocate(HOUSE, 40)], then, now);
    let none = given_money().when(detail(SeenClass::NotRegistered, SeenClass::NearPoor));
    assert!(opened(&none).is_empty(), "known now to be near-poor on that day");
    for now in [SeenClass::NotPoor, SeenClass::NotReviewed, SeenClass::NotRegistered] {
        let events = given_money().when(detail(SeenClass::Poor, now));
        let case = opened(&events)[0];
        assert_eq!(case.rule, K03);
        assert_eq!(case.inputs["decided_on"], "2024-03-01");
        assert_eq!(
            (&*case.inputs["class_known_then"], &*case.inputs["eligible"]),
            ("POOR", "POOR,NEAR_POOR")
        );
        assert_eq!(case.inputs["poverty_position"], "7");
    }
}

#[test]
fn a_class_is_wanted_once_for_each_support_that_gets_its_first_money() {
    let command = transfer(vec![allocate(HOUSE, 1), allocate(HOUSE, 2), allocate(WORKS, 3)]);
    let wanted = classes_wanted(&given_money().ledger, &command, CONTEXT());
    let household = HouseholdId::from_uuid(Uuid::from_u128(HOUSEHOLD));
    assert_eq!(wanted, [ClassWanted { item: item(HOUSE), household, decided_on: date(2024, 3, 1) }]);
    assert_eq!(classes_wanted(&given_a_house().ledger, &command, CONTEXT()), []);
}

#[test]
fn without_the_class_the_command_is_not_decided() {
    let Command::Transfer(mut command) = transfer(vec![allocate(HOUSE, 40)]) else { unreachable!() };
    command.classes.clear();
    let faults = given_money().refuses(Command::Transfer(command));
    assert!(matches!(&faults[0], (field, Rejection::ClassNotRead(_)) if field == "transfers[0].to.item"));
}

#[test]
fn money_on_works_above_the_approved_total_is_a_case_once() {
    let mut case = given_money();
    let events = case.record(&transfer(vec![allocate(WORKS, 100)])).unwrap();
    assert!(opened(&events).is_empty());
    let cash = Account { source: "CCA".to_owned(), ..on(Stage::Grantor, WORKS) };
    let events = case.record(&transfer(vec![moving(Movement::Contribute, cash, 1)])).unwrap();
    let found = opened(&events)[0].clone();
    assert_eq!((found.rule.as_str(), found.provisional), (K06, false));
    assert_eq!((&*found.inputs["total"], &*found.inputs["approved_total"]), ("101", "100"));
    assert_eq!((&*found.inputs["source.CEN"], &*found.inputs["source.CCA"]), ("100", "1"));

    let commit = || transfer(vec![moving(Movement::Commit, on(Stage::Allocated, WORKS), 10)]);
    assert!(opened(&case.record(&commit()).unwrap()).is_empty(), "the case is open");
    let case = case.and(settle(found.case, None));
    assert!(opened(&case.when(commit())).is_empty(), "it was settled when there was as much");
}

#[test]
fn more_above_the_total_than_was_settled_is_a_case_again() {
    let mut case = given_money();
    let events = case.record(&transfer(vec![allocate(WORKS, 101)])).unwrap();
    let mut case = case.and(settle(opened(&events)[0].case, None));
    let events = case.record(&transfer(vec![allocate(WORKS, 1)])).unwrap();
    assert_eq!(opened(&events)[0].inputs["total"], "102");
}

fn settle(case: CaseId, expected_version: Option<u64>) -> Command {
    Command::SettleCase(SettleCase {
        case,
        expected_version,
        outcome: events::funding::CaseOutcome::Explained,
        explanation: "Nghị quyết điều chỉnh".to_owned(),
        effective: TODAY,
    })
}

#[test]
fn a_case_is_settled_once_by_somebody_who_saw_it_as_it_is() {
    let mut case = given_a_house();
    let events = case.record(&transfer(vec![second_house(44)])).unwrap();
    let id = opened(&events)[0].case;
    let nobody = CaseId::from_uuid(Uuid::from_u128(404));
    assert_eq!(case.refuses(settle(nobody, None)), [("case".to_owned(), Rejection::UnknownCase(nobody))]);
    assert_eq!(case.refuses(settle(id, Some(2))), [("etag".to_owned(), Rejection::StaleCase { current: 1 })]);
    let case = case.and(settle(id, Some(1)));
    let faults = case.refuses(settle(id, None));
    assert!(matches!(&faults[0].1, Rejection::CaseSettled { by, .. } if by == "tester"));
}
