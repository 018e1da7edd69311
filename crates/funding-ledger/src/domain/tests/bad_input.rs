//! Each way in which a transfer is wrong, with its field and reason; what was known stays as it was.

use super::*;

type Fault = fn(&mut NewTransfer);

/// Paying works that are committed, broken in one way.
fn refused(fault: Fault) -> (String, Rejection) {
    let case = given_money()
        .and(transfer(vec![allocate(WORKS, 90), moving(Movement::Commit, on(Stage::Allocated, WORKS), 90)]));
    let mut pay = moving(Movement::Pay, on(Stage::Committed, WORKS), 50);
    fault(&mut pay);
    let mut faults = case.refuses(transfer(vec![pay]));
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

/// The same for any movement of the parties' money.
fn refused_of(mut transfer_of: NewTransfer, fault: Fault) -> (String, Rejection) {
    fault(&mut transfer_of);
    given_money().refuses(transfer(vec![transfer_of])).remove(0)
}

/// What the rejection says, for a table.
fn says(expected_field: &str, expected: &str, (field, rejection): (String, Rejection)) {
    assert_eq!(field, format!("transfers[0].{expected_field}"), "{rejection}");
    assert!(rejection.to_string().contains(expected), "'{rejection}' should say '{expected}'");
}

#[test]
fn a_payment_is_refused_for_each_of_its_faults() {
    let faults: &[(&str, &str, Fault)] = &[
        ("amount", "0 đ is not above zero", |t| t.amount = Money::ZERO),
        ("amount", "-5 đ is not above zero", |t| t.amount = Money::from_dong(-5)),
        ("amount", "is above", |t| t.amount = Money::from_dong(i64::MAX)),
        ("amount", "90 đ are there, 91 đ are asked", |t| t.amount = Money::from_dong(91)),
        ("movement", "SETTLE does not move recurrent money at COMMITTED", |t| t.movement = Movement::Settle),
        ("movement", "LEND does not move recurrent money", |t| t.movement = Movement::Lend),
        ("movement", "PAY does not move loan money", |t| t.giver().kind = Kind::Loan),
        ("to.stage", "PAY leads to PAID, not SETTLED", |t| t.taker().stage = Stage::Settled),
        ("to.programme", "PAY keeps the programme: GNBV.DA5, not GNBV", |t| {
            t.taker().programme = "GNBV".into();
        }),
        ("to.kind", "keeps the kind: recurrent, not investment", |t| t.taker().kind = Kind::Investment),
        ("to.source", "keeps the source: CEN, not PRV", |t| t.taker().source = "PRV".into()),
        ("to.vintage", "keeps the vintage: 2024, not 2023", |t| t.taker().vintage = 2023),
        ("to.executing_year", "keeps the executing_year: 2024, not 2025", |t| {
            t.taker().executing_year = 2025;
        }),
        ("to.area", "keeps the area", |t| t.taker().area = area(COMMUNE_BEFORE)),
        ("to.owner", "keeps the owner: so-tai-chinh, not ubnd-xa", |t| t.taker().owner = "ubnd-xa".into()),
        ("to.item", "keeps the item", |t| t.taker().item = Some(item(HOUSE))),
        ("to.item", "keeps the item", |t| t.taker().item = None),
        ("from.programme", "no node of the programme tree has the code GNBV.DA99", |t| {
            t.both(|account| account.programme = "GNBV.DA99".into());
        }),
        ("from.source", "no source has the code XXX", |t| {
            t.both(|account| account.source = "XXX".into());
        }),
        ("from.source", "book loan, which has no recurrent money", |t| {
            t.both(|account| account.source = "CRE".into());
        }),
        ("from.vintage", "GNBV.DA5 is for 2021 to 2025, not 2026", |t| {
            t.both(|account| account.vintage = 2026);
            t.both(|account| account.executing_year = 2026);
        }),
        ("from.executing_year", "executing year 2023 is before the vintage 2024", |t| {
            t.both(|account| account.executing_year = 2023);
        }),
        ("effective_date", "2025-11-24 is after today", |t| t.effective = date(2025, 11, 24)),
        ("effective_date", "too early for money of 2024", |t| t.effective = date(2023, 12, 31)),
        ("effective_date", "after the window of 2024, which closed on 2025-01-31", |t| {
            t.effective = date(2025, 2, 1);
        }),
        ("extension.signed_on", "is after today", |t| {
            t.extension = Some(Decision { signed_on: date(2025, 12, 1), ..decision() });
        }),
        ("from.area", "area 99999@0001-01-01 is not known", |t| {
            t.both(|account| account.area = area("99999@0001-01-01"));
        }),
        ("from.area", "was not in force on 2024-06-01: Xã Mường Than", |t| {
            t.both(|account| account.area = area(COMMUNE_SINCE));
        }),
        ("from.owner", "owner nobody is not registered", |t| {
            t.both(|account| account.owner = "nobody".into());
        }),
        ("from.owner", "owner ubnd-xa-03618 does not hold money on 2024-06-01", |t| {
            t.both(|account| account.owner = MERGED_OFFICE.into());
        }),
        ("from.item", "money at COMMITTED stands on an item", |t| t.both(|account| account.item = None)),
        ("from.item", "is not registered", |t| {
            t.both(|account| account.item = Some(item(404)));
        }),
        ("valuation", "only a contribution in kind is valued", |t| t.valuation = Some(labour())),
    ];
    for (field, expected, fault) in faults {
        says(field, expected, refused(*fault));
    }
}

fn labour() -> Valuation {
    Valuation {
        quantity: "3.5".parse().unwrap(),
        unit: "ngày công".to_owned(),
        unit_price: Money::from_dong(201),
        price_basis: "Nghị quyết 12/2023/NQ-HĐND".to_owned(),
        valuer: "Ban phát triển bản".to_owned(),
        valued_on: date(2024, 5, 1),
    }
}

#[test]
fn money_is_detailed_down_the_tree_and_on_an_item() {
    let detail = || allocate(WORKS, 10);
    says("to.item", "stands on an item", refused_of(detail(), |t| t.taker().item = None));
    says("from.item", "no item yet", refused_of(detail(), |t| t.giver().item = Some(item(WORKS))));
    says("to.programme", "GNBV.DA6 does not lie within GNBV.DA5", {
        refused_of(detail(), |t| t.taker().programme = "GNBV.DA6".into())
    });
    says("to.programme", "GNBV does not lie within GNBV.DA5", {
        refused_of(detail(), |t| t.taker().programme = "GNBV".into())
    });
    says("from.item", "no item yet", {
        refused_of(assign(5), |t| t.both(|account| account.item = Some(item(WORKS))))
    });
}

#[test]
fn books_never_mix_and_sources_come_in_by_their_own_door() {
    says("from.source", "ASSIGN does not bring in money of source REV", {
        refused_of(assign(5), |t| t.both(|account| account.source = "REV".into()))
    });
    says("effective_date", "no money of source DST comes in on 2025-07-01", {
        refused_of(assign(5).dated(date(2025, 7, 1)), |t| {
            t.both(|account| account.source = "DST".into());
        })
    });
    says("from.source", "CONTRIBUTE does not bring in money of source CEN", {
        refused_of(moving(Movement::Contribute, on(Stage::Grantor, WORKS), 5), |_| {})
    });
    let in_kind = Account { kind: Kind::InKind, source: "CLA".to_owned(), ..on(Stage::Grantor, WORKS) };
    let contribute = |amount| moving(Movement::Contribute, in_kind.clone(), amount);
    says("movement", "ASSIGN does not move in_kind money", {
        refused_of(contribute(5), |t| t.movement = Movement::Assign)
    });
    says("valuation", "has no valuation", refused_of(contribute(704), |_| {}));
    // 3.5 days at 201 đồng are 703.5 đồng, which is 704.
    says("amount", "3.5 at 201 đ is 704 đồng, not 703", {
        refused_of(contribute(703), |t| {
            t.valuation = Some(Valuation { quantity: "7/2".parse().unwrap(), ..labour() });
        })
    });
    let mut right = contribute(704);
    right.valuation = Some(labour());
    given_money().and(transfer(vec![right]));
    says("valuation.quantity", "0 is not above zero", {
        refused_of(contribute(704), |t| {
            t.valuation = Some(Valuation { quantity: "0".parse().unwrap(), ..labour() });
        })
    });
    says("valuation.unit_price", "0 is not above zero", {
        refused_of(contribute(704), |t| {
            t.valuation = Some(Valuation { unit_price: Money::ZERO, ..labour() });
        })
    });
    says("valuation.valued_on", "is after today", {
        refused_of(contribute(704), |t| {
            t.valuation = Some(Valuation { valued_on: date(2025, 12, 1), ..labour() });
        })
    });
}

#[test]
fn an_account_does_not_give_to_itself() {
    let same = moving(Movement::HandOver, at(Stage::Assigned), 5);
    says("to", "gives to itself", refused_of(same, |_| {}));
}

#[test]
fn the_plan_of_a_year_is_decided_from_the_year_before_on() {
    let early = |day| transfer(vec![assign(5).dated(day)]);
    given_money().and(early(date(2023, 12, 10)));
    let faults = given_money().refuses(early(date(2022, 12, 31)));
    assert!(
        matches!(&faults[0].1, Rejection::BeforeVintage { earliest, .. } if *earliest == date(2023, 1, 1))
    );
}

#[test]
fn after_the_window_money_is_paid_by_extension_until_its_last_day() {
    let case = given_money()
        .and(transfer(vec![allocate(WORKS, 90), moving(Movement::Commit, on(Stage::Allocated, WORKS), 90)]));
    let pay = |day, extension| {
        let mut pay = moving(Movement::Pay, on(Stage::Committed, WORKS), 1).dated(day);
        pay.extension = extension;
        transfer(vec![pay])
    };
    let case = case.and(pay(date(2025, 1, 31), None)).and(pay(date(2025, 2, 1), Some(decision())));
    let faults = case.refuses(pay(date(2025, 2, 1), None));
    let (field, Rejection::AfterWindow { last, extension_last, basis, .. }) = &faults[0] else {
        panic!("{faults:?}")
    };
    assert_eq!(field, "transfers[0].effective_date");
    assert_eq!((*last, *extension_last), (date(2025, 1, 31), date(2025, 12, 31)));
    assert!(basis.contains("art. 68(2)"), "{basis}");

    // Money of 2022 is used until the end of 2023, and no extension goes further.
    let old = Account { vintage: 2022, executing_year: 2023, ..on(Stage::Committed, WORKS) };
    let mut late = moving(Movement::Pay, old, 1).dated(date(2024, 1, 1));
    late.extension = Some(decision());
    let faults = case.refuses(transfer(vec![late]));
    assert!(matches!(&faults[0].1, Rejection::AfterExtension { last, .. } if *last == date(2023, 12, 31)));
}

#[test]
fn only_what_is_still_open_has_a_window() {
    let case = given_money().and(transfer(vec![
        allocate(WORKS, 90),
        moving(Movement::Commit, on(Stage::Allocated, WORKS), 90),
        moving(Movement::Advance, on(Stage::Committed, WORKS), 30),
    ]));
    let late = moving(Movement::Recover, on(Stage::Advanced, WORKS), 30).dated(date(2025, 3, 1));
    case.and(transfer(vec![late]));
}

#[test]
fn faults_of_all_transfers_are_told_at_once() {
    let wrong = |mut transfer: NewTransfer, fault: Fault| {
        fault(&mut transfer);
        transfer
    };
    let faults = given_money().refuses(transfer(vec![
        wrong(assign(5), |t| t.amount = Money::ZERO),
        assign(5),
        wrong(assign(5), |t| t.effective = date(2025, 11, 24)),
    ]));
    let fields: Vec<_> = faults.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["transfers[0].amount", "transfers[2].effective_date"]);
}

#[test]
fn no_more_is_recorded_than_can_be_counted_and_all_of_it_can_be_reversed() {
    let most = |transfers| transfer((0..transfers).map(|_| assign(AMOUNT_MAX.dong())).collect());
    let mut case = given_parties();
    // 2^62 đồng hold 4,611 times the greatest amount.
    for _ in 0..4 {
        case.record(&most(1_000)).unwrap();
    }
    let last = most(611);
    case.record(&last).unwrap();
    let faults = case.refuses(most(1));
    assert!(
        matches!(&faults[..], [(field, Rejection::TooMuchInAll { .. })] if field == "transfers[0].amount"),
        "{faults:?}"
    );
    let Command::Transfer(TransferMoney { transfers, .. }) = last else { unreachable!("made above") };
    case.record(&reverse(1, transfers[0].transfer, date(2024, 7, 1))).unwrap();
}
