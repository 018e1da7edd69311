//! The chain from the centre to the commune: money is handed on, never received twice.

use super::*;

/// The sum over all areas of one stage, level by level, as a report would add it up.
fn assigned_by_owner(case: &Case) -> HashMap<String, i128> {
    let mut sums = HashMap::new();
    for (_, book) in case.ledger.accounts().all() {
        if book.account.stage == Stage::Assigned {
            *sums.entry(book.account.owner.clone()).or_default() += book.total();
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn share(from: Account, owner: &str, key: &str, amount: i64, day: Date) -> NewTransfer {
    moving(Movement::HandOver, from, amount).to(|to| *to = held_by(to.clone(), owner, key)).dated(day)
}

#[test]
fn from_the_centre_to_province_district_and_commune_a_total_counts_each_dong_once() {
    let at_district = held_by(at(Stage::Assigned), DISTRICT_OFFICE, DISTRICT);
    let case = given_money()
        .and(transfer(vec![share(at(Stage::Assigned), DISTRICT_OFFICE, DISTRICT, 700, date(2024, 7, 1))]))
        .and(transfer(vec![share(at_district, COMMUNE_OFFICE, COMMUNE_BEFORE, 300, date(2024, 8, 1))]));
    let expected = [(FINANCE, 300), (DISTRICT_OFFICE, 400), (COMMUNE_OFFICE, 300)];
    assert_eq!(assigned_by_owner(&case), expected.map(|(owner, sum)| (owner.to_owned(), sum)).into());
    assert_eq!(case.at_stage(Stage::Assigned), 1_000, "not 2,000");
    assert_eq!(case.at_stage(Stage::Grantor), -1_000);
}

#[test]
fn the_district_receives_until_its_last_day_and_gives_afterwards() {
    let to_district = |day| transfer(vec![share(at(Stage::Assigned), DISTRICT_OFFICE, DISTRICT, 700, day)]);
    let case = given_money();
    let faults = case.refuses(to_district(date(2025, 7, 1)));
    assert!(
        matches!(&faults[0], (field, Rejection::AreaNotInForce { .. }) if field == "transfers[0].to.area")
    );
    let case = case.and(to_district(date(2025, 6, 30)));
    let at_district = held_by(at(Stage::Assigned), DISTRICT_OFFICE, DISTRICT);
    let onward = share(at_district.clone(), MERGED_OFFICE, COMMUNE_SINCE, 700, date(2025, 7, 1));
    let case = case.and(transfer(vec![onward]));
    assert_eq!(case.on(&at_district, TODAY), 0);
    assert_eq!(assigned_by_owner(&case)[MERGED_OFFICE], 700);
}

#[test]
fn works_pass_every_stage_and_come_back_by_every_way() {
    let steps: &[(Movement, Stage, i64)] = &[
        (Movement::Commit, Stage::Allocated, 90),
        (Movement::Release, Stage::Committed, 10),
        (Movement::Advance, Stage::Committed, 30),
        (Movement::Pay, Stage::Committed, 40),
        (Movement::Recover, Stage::Advanced, 20),
        (Movement::Repay, Stage::Advanced, 5),
        (Movement::Refund, Stage::Advanced, 5),
        (Movement::Settle, Stage::Paid, 50),
        (Movement::Refund, Stage::Settled, 1),
        (Movement::Repay, Stage::Settled, 2),
        (Movement::Cancel, Stage::Committed, 3),
        (Movement::Cancel, Stage::Allocated, 4),
    ];
    let mut case = given_money().and(transfer(vec![allocate(WORKS, 100)]));
    for (movement, stage, amount) in steps {
        case = case.and(transfer(vec![moving(*movement, on(*stage, WORKS), *amount)]));
    }
    let stands = |stage| case.on(&on(stage, WORKS), TODAY);
    assert_eq!(stands(Stage::Allocated), 100 - 90 + 10 - 4);
    assert_eq!(stands(Stage::Committed), 90 - 10 - 30 - 40 + 5 + 2 - 3);
    assert_eq!(stands(Stage::Advanced), 0);
    assert_eq!(stands(Stage::Paid), 40 + 20 - 50);
    assert_eq!(stands(Stage::Settled), 50 - 1 - 2);
    assert_eq!(stands(Stage::Returned), 5 + 1 + 3 + 4);
}

#[test]
fn a_carry_over_changes_the_executing_year_alone() {
    let next = moving(Movement::CarryOver, at(Stage::Assigned), 400)
        .to(|to| to.executing_year = 2025)
        .dated(date(2025, 1, 31));
    let case = given_money().and(transfer(vec![next]));
    let carried = Account { executing_year: 2025, ..at(Stage::Assigned) };
    assert_eq!((case.on(&carried, TODAY), case.on(&at(Stage::Assigned), TODAY)), (400, 600));
    let too_far = moving(Movement::CarryOver, at(Stage::Assigned), 1).to(|to| to.executing_year = 2026);
    let faults = case.refuses(transfer(vec![too_far]));
    assert!(matches!(faults[0].1, Rejection::NotTheNextYear { next: 2025, .. }), "{faults:?}");
}

#[test]
fn contributions_and_loans_stand_in_books_of_their_own() {
    let labour = Account { kind: Kind::InKind, source: "CLA".to_owned(), ..on(Stage::Grantor, WORKS) };
    let mut given = moving(Movement::Contribute, labour.clone(), 2_500);
    given.valuation = Some(Valuation {
        quantity: "12.5".parse().unwrap(),
        unit: "ngày công".to_owned(),
        unit_price: Money::from_dong(200),
        price_basis: "Nghị quyết 12/2023/NQ-HĐND".to_owned(),
        valuer: "Ban phát triển bản".to_owned(),
        valued_on: date(2024, 5, 1),
    });
    let cash = Account { source: "CCA".to_owned(), ..on(Stage::Grantor, WORKS) };
    let loan = Account { kind: Kind::Loan, source: "CRE".to_owned(), ..at(Stage::Grantor) };
    let lent = Account { stage: Stage::Paid, ..loan.clone() };
    let case = given_parties()
        .and(transfer(vec![given, moving(Movement::Contribute, cash, 40)]))
        .and(transfer(vec![moving(Movement::Lend, loan.clone(), 900)]))
        .and(transfer(vec![moving(Movement::RepayLoan, lent.clone(), 300)]));
    assert_eq!(case.on(&Account { stage: Stage::Paid, ..labour }, TODAY), 2_500);
    assert_eq!(case.on(&lent, TODAY), 600);
    assert_eq!(case.on(&Account { stage: Stage::Returned, ..loan }, TODAY), 300);
}
