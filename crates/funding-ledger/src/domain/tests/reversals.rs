//! What was recorded is undone once, by the opposite, and stays readable.

use super::*;

fn assigned() -> (Case, TransferId) {
    let assign = assign(1_000);
    let id = assign.transfer;
    (given_parties().and(transfer(vec![assign])), id)
}

#[test]
fn a_reversal_takes_back_what_the_transfer_gave() {
    let (mut case, first) = assigned();
    let events = case.record(&reverse(1, first, date(2024, 7, 1))).unwrap();
    let reversal = transferred(&events)[0];
    assert_eq!((reversal.from.as_ref(), reversal.to.as_ref()), (&at(Stage::Assigned), &at(Stage::Grantor)));
    assert_eq!((reversal.amount, reversal.reversal_of), (Money::from_dong(1_000), Some(first)));
    assert_eq!(reversal.movement, Movement::Assign);
    assert_eq!(case.on(&at(Stage::Assigned), date(2024, 6, 30)), 1_000);
    assert_eq!(case.on(&at(Stage::Assigned), date(2024, 7, 1)), 0);
}

#[test]
fn a_second_reversal_is_the_first() {
    let (case, first) = assigned();
    let again = reverse(2, first, date(2024, 8, 1));
    assert_eq!(recorded(&case.ledger, &again), None);
    let case = case.and(reverse(1, first, date(2024, 7, 1)));
    let position = case.facts.len() as u64;
    assert_eq!(recorded(&case.ledger, &again), Some(position..=position));
}

#[test]
fn a_reversal_is_not_reversed() {
    let (case, first) = assigned();
    let case = case.and(reverse(1, first, date(2024, 7, 1)));
    let undo = TransferId::from_uuid(Uuid::from_u128(1));
    let faults = case.refuses(reverse(2, undo, date(2024, 8, 1)));
    let expected = Rejection::ReversalOfReversal { transfer: undo, reversal_of: first };
    assert_eq!(faults, [("transfer".to_owned(), expected)]);
    assert_eq!(recorded(&case.ledger, &reverse(2, undo, date(2024, 8, 1))), None);
}

#[test]
fn what_has_gone_on_cannot_be_taken_back() {
    let (case, first) = assigned();
    let case = case.and(transfer(vec![moving(Movement::Cut, at(Stage::Assigned), 1)]));
    let faults = case.refuses(reverse(1, first, date(2024, 7, 1)));
    assert!(
        matches!(&faults[0], (field, Rejection::Overdrawn { available, .. }) if field == "transfer" && available.dong() == 999)
    );
}

#[test]
fn a_reversal_names_a_transfer_that_is_there_and_a_day_on_which_it_was() {
    let (case, first) = assigned();
    let nobody = TransferId::from_uuid(Uuid::from_u128(404));
    let faults = case.refuses(reverse(1, nobody, date(2024, 7, 1)));
    assert_eq!(faults, [("transfer".to_owned(), Rejection::UnknownTransfer(nobody))]);
    let faults = case.refuses(reverse(1, first, date(2024, 5, 31)));
    assert!(matches!(&faults[0], (field, Rejection::ReversalTooEarly { .. }) if field == "effective_date"));
    let faults = case.refuses(reverse(1, first, date(2025, 11, 24)));
    assert!(matches!(&faults[0].1, Rejection::FutureDate { .. }));
}

#[test]
fn a_cut_is_undone_in_the_stream_of_the_account_that_takes() {
    let cut = moving(Movement::Cut, at(Stage::Assigned), 400);
    let id = cut.transfer;
    let case = given_money().and(transfer(vec![cut]));
    let decided = case.decide(&reverse(1, id, date(2024, 7, 1))).unwrap();
    assert_eq!(decided.writes[0].stream, Stream::Account(account_key(&at(Stage::Assigned))));
    assert_eq!(case.and(reverse(1, id, date(2024, 7, 1))).on(&at(Stage::Assigned), TODAY), 1_000);
}
