//! Money moves by requests, and its balances are told.

use crate::{
    messages::{
        COMMUNE_BEFORE, COMMUNE_OFFICE, DISTRICT, DISTRICT_OFFICE, account, allocate, assign, decision,
        moving, on, reversal, share, transfer,
    },
    office::{Office, amounts, on_both_stores, refused},
};
use api::funding::{
    Account, GetBalancesRequest, ListTransfersRequest, Movement, Stage, Valuation,
    funding_ledger_server::FundingLedger as _,
};
use kernel::date;
use tonic::Request;

on_both_stores![
    money_passes_the_stages_and_each_answer_tells_balances,
    the_chain_counts_each_dong_once,
    balances_are_told_as_at_a_day_and_as_known_on_a_day,
    a_statement_tells_the_balance_before_and_after_each_line,
];

async fn money_passes_the_stages_and_each_answer_tells_balances(office: Office) {
    let works = office.works(500).await;
    let answer = office
        .transfer(transfer(vec![
            allocate(&works, 300),
            moving(Movement::Commit, on(Stage::Allocated, &works), 200),
            moving(Movement::Pay, on(Stage::Committed, &works), 150),
        ]))
        .await;
    let stages: Vec<_> = answer.balances.iter().map(|row| row.account.as_ref().unwrap().stage()).collect();
    assert_eq!(stages, [Stage::Assigned, Stage::Allocated, Stage::Committed, Stage::Paid]);
    assert_eq!(amounts(&answer.balances), [700, 100, 50, 150]);
    let paid = &answer.transfers[2];
    assert_eq!(paid.movement(), Movement::Pay);
    assert_eq!(paid.to, Some(on(Stage::Paid, &works)));
    assert_eq!(paid.decision.as_ref().unwrap().number, "1487/QĐ-UBND");
    assert_eq!((paid.actor.as_str(), paid.reversal_of.as_str()), ("anonymous", ""));
    let receipt = answer.receipt.unwrap();
    assert_eq!((receipt.position, receipt.replayed), (office.head().await, false));
    assert_eq!(paid.position, receipt.position);
}

async fn the_chain_counts_each_dong_once(office: Office) {
    let at_district =
        Account { owner: DISTRICT_OFFICE.to_owned(), area: DISTRICT.to_owned(), ..account(Stage::Assigned) };
    office.transfer(transfer(vec![share(account(Stage::Assigned), DISTRICT_OFFICE, DISTRICT, 700)])).await;
    office.transfer(transfer(vec![share(at_district, COMMUNE_OFFICE, COMMUNE_BEFORE, 300)])).await;
    let total = office.balances(GetBalancesRequest::default()).await;
    let stages: Vec<_> = total.balances.iter().map(|row| row.account.as_ref().unwrap().stage()).collect();
    assert_eq!(
        (stages, amounts(&total.balances)),
        (vec![Stage::Grantor, Stage::Assigned], vec![-1_000, 1_000])
    );
    let by_owner = GetBalancesRequest {
        filter: Some(Account { stage: Stage::Assigned.into(), ..Account::default() }),
        by: vec!["owner".to_owned()],
        ..GetBalancesRequest::default()
    };
    let by_owner = office.balances(by_owner).await;
    let owners: Vec<_> =
        by_owner.balances.iter().map(|row| (row.account.clone().unwrap().owner, row.amount)).collect();
    let expected = [("owners/so-tai-chinh", 300), (DISTRICT_OFFICE, 400), (COMMUNE_OFFICE, 300)];
    assert_eq!(owners, expected.map(|(owner, amount)| (owner.to_owned(), amount)));
}

async fn balances_are_told_as_at_a_day_and_as_known_on_a_day(office: Office) {
    let mut early = assign(50);
    early.effective_date = "2024-02-01".to_owned();
    office.set_today(date(2025, 11, 24));
    office.transfer(transfer(vec![early])).await;
    let assigned = async |as_at: &str, known_on: &str| {
        let request = GetBalancesRequest {
            as_at: as_at.to_owned(),
            known_on: known_on.to_owned(),
            filter: Some(Account { stage: Stage::Assigned.into(), ..Account::default() }),
            ..GetBalancesRequest::default()
        };
        amounts(&office.balances(request).await.balances)
    };
    assert_eq!(assigned("", "").await, [1_050]);
    assert_eq!(assigned("2024-03-01", "").await, [50]);
    assert_eq!(assigned("2024-03-01", "2025-11-24").await, [50]);
    assert!(assigned("2024-03-01", "2025-11-23").await.is_empty(), "it was not known yet");
    assert_eq!(assigned("2024-06-01", "2025-11-23").await, [1_000]);
}

async fn a_statement_tells_the_balance_before_and_after_each_line(office: Office) {
    let cut = office.transfer(transfer(vec![moving(Movement::Cut, account(Stage::Assigned), 400)])).await;
    let cut = &cut.transfers[0].name;
    let undone = office.reverse(reversal(cut, "2024-07-01")).await;
    let list = |page_size, page_token: &str| ListTransfersRequest {
        filter: Some(account(Stage::Assigned)),
        page_size,
        page_token: page_token.to_owned(),
        ..ListTransfersRequest::default()
    };
    let all = office.list(list(0, "")).await.transfers;
    let lines: Vec<_> =
        all.iter().map(|line| (line.balance_before.unwrap(), line.balance_after.unwrap())).collect();
    assert_eq!(lines, [(0, 1_000), (1_000, 600), (600, 1_000)]);
    assert_eq!(all[1].reversed_by, undone.transfers[0].name);
    assert_eq!(&all[2].reversal_of, cut);

    let first = office.list(list(2, "")).await;
    assert_eq!(first.transfers, all[..2]);
    let rest = office.list(list(2, &first.next_page_token)).await;
    assert_eq!((&rest.transfers[..], rest.next_page_token.as_str()), (&all[2..], ""));

    let every = office.list(ListTransfersRequest::default()).await.transfers;
    assert_eq!(every.len(), 3);
    assert_eq!(every[0].balance_before, None, "only where one account is asked for");
}

#[tokio::test]
async fn what_few_transfers_have_is_told_in_the_answer_and_in_the_list() {
    let office = Office::on_sqlite().await.with_money().await;
    let works = office.works(5_000).await;
    let labour = Account { kind: "in_kind".into(), source: "CLA".into(), ..on(Stage::Grantor, &works) };
    let mut given = moving(Movement::Contribute, labour, 2_501);
    given.valuation = Some(Valuation {
        quantity: "12.50".to_owned(),
        unit: "ngày công".to_owned(),
        unit_price: 200,
        price_basis: "Nghị quyết 12/2023/NQ-HĐND".to_owned(),
        valuer: "Ban phát triển bản".to_owned(),
        valued_on: "2024-05-01".to_owned(),
    });
    let short = refused(office.ledger.transfer(Request::new(transfer(vec![given.clone()]))).await);
    assert_eq!((short.reason.as_str(), short.metadata["product"].as_str()), ("VALUATION_MISMATCH", "2500"));
    given.amount = 2_500;
    let mut late = moving(Movement::Pay, on(Stage::Committed, &works), 9);
    late.effective_date = "2025-03-01".to_owned();
    late.extension = decision();
    late.evidence = "BBNT 12".to_owned();
    let commit = moving(Movement::Commit, on(Stage::Allocated, &works), 9);
    let answer = office.transfer(transfer(vec![given.clone(), allocate(&works, 9), commit, late])).await;
    let by_movement = |movement| answer.transfers.iter().find(|line| line.movement() == movement).unwrap();
    let contributed = by_movement(Movement::Contribute);
    assert_eq!(contributed.valuation, given.valuation);
    let paid = by_movement(Movement::Pay);
    assert_eq!((&paid.extension, paid.evidence.as_str()), (&decision(), "BBNT 12"));
    let undone = office.reverse(reversal(&contributed.name, "2024-07-01")).await.transfers.remove(0);
    assert_eq!(undone.reason, "ghi nhầm");
    let listed = office.list(ListTransfersRequest::default()).await.transfers;
    assert!(listed.contains(paid) && listed.contains(&undone));
}

#[tokio::test]
async fn what_is_only_validated_is_answered_and_not_written() {
    let office = Office::on_sqlite().await.with_money().await;
    let before = office.head().await;
    let mut request = transfer(vec![moving(Movement::Cut, account(Stage::Assigned), 400)]);
    request.header.as_mut().unwrap().validate_only = true;
    let answer = office.transfer(request.clone()).await;
    assert_eq!(amounts(&answer.balances), [600, -600]);
    assert_eq!((answer.receipt, answer.transfers[0].position), (None, 0));
    assert_eq!(office.head().await, before);
    request.transfers[0].amount = 1_001;
    let refused = refused(office.ledger.transfer(Request::new(request)).await);
    assert_eq!(refused.reason, "OVERDRAWN");
}
