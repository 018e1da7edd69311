//! Two processes on one PostgreSQL log: they never give out what is there only once, and never miss each other.

use crate::{
    messages::{FINANCE, account, allocate, assign, moving, on, reversal, transfer},
    office::{Office, accepted, amounts},
};
use api::funding::{
    Account, GetBalancesRequest, ListTransfersRequest, Movement, NewTransfer, Stage,
    funding_ledger_server::FundingLedger as _,
};
use events::poverty::PovertyClass;
use funding_ledger::FundingLedger;
use kernel::date;
use service::request::ConsistencyToken;
use std::collections::{BTreeMap, HashMap};
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

/// Whatever two processes do at one moment, told again line by line: money only moves, and nobody but the grantor is ever
/// below zero, at no position of the log and on no day.
#[tokio::test(flavor = "multi_thread")]
async fn random_movements_of_two_processes_leave_no_account_below_zero() {
    let (office, ledgers) = two_processes().await;
    let works = office.works(1_000_000).await;
    assigned(&ledgers[1], office.head().await).await;
    let mut callers = Vec::new();
    for seed in 0..8_u64 {
        let (ledger, works) = (ledgers[usize::try_from(seed % 2).unwrap()].clone(), works.clone());
        callers.push(tokio::spawn(async move {
            let mut recorded: Vec<String> = Vec::new();
            for step in 0..40_u64 {
                let dice = (seed * 7_919 + step * 104_729) % 1_009;
                let answer = match recorded.get(usize::try_from(dice % 11).unwrap()) {
                    Some(given) if dice % 5 == 0 => {
                        ledger.reverse_transfer(Request::new(reversal(given, "2024-12-01"))).await
                    }
                    _ => ledger.transfer(Request::new(transfer(vec![any_movement(dice, &works)]))).await,
                };
                match answer {
                    Ok(answer) => recorded.push(answer.into_inner().transfers.remove(0).name),
                    Err(status) => {
                        let lawful = ["are there", "itself the reversal"];
                        assert!(lawful.iter().any(|text| status.message().contains(text)), "{status:?}");
                    }
                }
            }
            recorded.len()
        }));
    }
    let mut moved = 0;
    for caller in callers {
        moved += caller.await.unwrap();
    }
    assert!(moved > 100, "{moved} of 320 were accepted");

    let mut latest: HashMap<String, i64> = HashMap::new();
    let mut by_day: HashMap<String, BTreeMap<String, i64>> = HashMap::new();
    let list = ListTransfersRequest {
        page_size: 1_000,
        consistency_token: ConsistencyToken::of("funding", office.head().await).to_string(),
        ..ListTransfersRequest::default()
    };
    for line in accepted(ledgers[1].list_transfers(Request::new(list)).await).transfers {
        for (account, change) in [(line.from, -line.amount), (line.to, line.amount)] {
            let account = account.unwrap();
            let key = format!("{account:?}");
            let balance = latest.entry(key.clone()).or_default();
            *balance += change;
            assert!(*balance >= 0 || account.stage() == Stage::Grantor, "{key} holds {balance}");
            *by_day.entry(key).or_default().entry(line.effective_date.clone()).or_default() += change;
        }
    }
    assert_eq!(latest.values().sum::<i64>(), 0, "debits are credits");
    for (account, days) in by_day.iter().filter(|(account, _)| !account.contains("Grantor")) {
        let mut balance = 0;
        for (day, change) in days {
            balance += change;
            assert!(balance >= 0, "{account} holds {balance} on {day}");
        }
    }
}

/// One of the movements of works, on one of three days.
fn any_movement(dice: u64, works: &str) -> NewTransfer {
    let amount = i64::try_from(dice % 130).unwrap() + 1;
    let mut movement = match dice % 8 {
        0 => assign(amount),
        1 | 2 => allocate(works, amount),
        3 | 4 => moving(Movement::Commit, on(Stage::Allocated, works), amount),
        5 => moving(Movement::Pay, on(Stage::Committed, works), amount),
        6 => moving(Movement::Release, on(Stage::Committed, works), amount),
        _ => moving(Movement::Cut, account(Stage::Assigned), amount),
    };
    movement.effective_date =
        ["2024-06-01", "2024-08-01", "2024-10-01"][usize::try_from(dice % 3).unwrap()].into();
    movement
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
