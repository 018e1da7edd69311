//! Two processes on one PostgreSQL log: they never give out what is there only once, and never miss each other.

use crate::{
    messages::{FINANCE, account, allocate, assign, moving, reversal, transfer},
    office::{Office, accepted, amounts},
};
use api::funding::{
    Account, GetBalancesRequest, Movement, NewTransfer, Stage, funding_ledger_server::FundingLedger as _,
};
use events::poverty::PovertyClass;
use funding_ledger::FundingLedger;
use kernel::date;
use service::request::ConsistencyToken;
use tonic::Request;

async fn two_processes() -> (Office, [FundingLedger; 2]) {
    let office = Office::on_postgres().await.with_money().await;
    let ledgers = [office.ledger.clone(), office.another_process().await];
    (office, ledgers)
}

async fn assigned(ledger: &FundingLedger, position: u64) -> Vec<i64> {
    let request = GetBalancesRequest {
        filter: Some(Account {
            owner: FINANCE.to_owned(),
            stage: Stage::Assigned.into(),
            ..Account::default()
        }),
        consistency_token: ConsistencyToken::of("funding", position).to_string(),
        ..GetBalancesRequest::default()
    };
    amounts(&accepted(ledger.get_balances(Request::new(request)).await).balances)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_posting_on_one_account_never_oversell_it() {
    let (office, ledgers) = two_processes().await;
    let mut callers = Vec::new();
    for number in 0..300 {
        let ledger = ledgers[number % 2].clone();
        callers.push(tokio::spawn(async move {
            let request = transfer(vec![moving(Movement::Cut, account(Stage::Assigned), 7)]);
            ledger.transfer(Request::new(request)).await.map_err(|status| status.message().to_owned())
        }));
    }
    let mut taken = 0;
    for caller in callers {
        match caller.await.unwrap() {
            Ok(_) => taken += 1,
            Err(message) => assert!(message.contains("are there"), "{message}"),
        }
    }
    assert_eq!(taken, 142, "1,000 hold 142 times 7, and each of them is given out");
    let head = office.head().await;
    for ledger in &ledgers {
        assert_eq!(assigned(ledger, head).await, [1_000 - 142 * 7]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_undo_one_transfer_undo_it_once() {
    let (office, ledgers) = two_processes().await;
    let mut given = Vec::new();
    for _ in 0..10 {
        given.push(office.transfer(transfer(vec![assign(5)])).await.transfers.remove(0).name);
    }
    let before = office.head().await;
    let mut callers = Vec::new();
    for given in &given {
        for ledger in &ledgers {
            let (ledger, given) = (ledger.clone(), given.clone());
            callers.push(tokio::spawn(async move {
                let answer = ledger.reverse_transfer(Request::new(reversal(&given, "2024-07-01"))).await;
                (given, accepted(answer).transfers.remove(0).name)
            }));
        }
    }
    let mut undone = Vec::new();
    for caller in callers {
        undone.push(caller.await.unwrap());
    }
    undone.sort();
    for pair in undone.chunks(2) {
        assert_eq!(pair[0], pair[1], "both have the same answer");
    }
    assert_eq!(office.head().await, before + 10);
    assert_eq!(assigned(&ledgers[1], before + 10).await, [1_000]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programmes_that_support_one_household_at_one_moment_do_not_miss_each_other() {
    let (office, ledgers) = two_processes().await;
    let dtts = |account: Account| Account { programme: "DTTS.DA1".to_owned(), ..account };
    let of_dtts = NewTransfer { from: Some(dtts(account(Stage::Grantor))), ..assign(1_000) };
    office.transfer(transfer(vec![of_dtts])).await;
    for _ in 0..8 {
        let (household, token) = office.household(date(2023, 12, 20), Some(PovertyClass::Poor)).await;
        let (first, second) = (office.house(&household).await, office.house(&household).await);
        let of_gnbv = allocate(&first, 10);
        let of_dtts = NewTransfer { from: Some(dtts(account(Stage::Assigned))), ..allocate(&second, 10) };
        // The other process must know the items.
        assigned(&ledgers[1], office.head().await).await;
        let detail = |ledger: &FundingLedger, transfer_of: NewTransfer| {
            let mut request = transfer(vec![transfer_of]);
            request.consistency_token.clone_from(&token);
            let ledger = ledger.clone();
            tokio::spawn(async move { accepted(ledger.transfer(Request::new(request)).await).cases })
        };
        let (one, other) = (detail(&ledgers[0], of_gnbv), detail(&ledgers[1], of_dtts));
        let cases = [one.await.unwrap(), other.await.unwrap()].concat();
        let rules: Vec<_> = cases.iter().map(|case| case.rule.as_str()).collect();
        assert_eq!(rules, ["K01"], "whoever comes second finds it");
    }
}
