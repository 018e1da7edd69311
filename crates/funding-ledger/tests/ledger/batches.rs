//! Bulk: each request of a batch is accepted or refused on its own.

use crate::{
    messages::{account, allocate, assign, moving, transfer},
    office::{Office, on_both_stores, refused},
};
use api::funding::{
    BatchTransferRequest, GetBalancesRequest, Movement, Stage, batch_transfer_result::Result as Answer,
    funding_ledger_server::FundingLedger as _,
};
use tonic::Request;

on_both_stores![each_request_is_accepted_or_refused_on_its_own, a_batch_repeated_writes_nothing];

async fn each_request_is_accepted_or_refused_on_its_own(office: Office) {
    let cut = |amount| transfer(vec![moving(Movement::Cut, account(Stage::Assigned), amount)]);
    let mut unreadable = cut(1);
    unreadable.transfers[0].from.as_mut().unwrap().area = "areas/1".to_owned();
    let answer = office.transfer_all(vec![cut(600), cut(600), unreadable, cut(400)]).await;
    let told: Vec<_> = answer
        .results
        .iter()
        .map(|result| match result.result.as_ref().unwrap() {
            Answer::Accepted(accepted) => {
                let line = &accepted.transfers[0];
                assert!(line.from.is_none() && accepted.balances.is_empty(), "answers to bulk stay small");
                assert_eq!(line.position, accepted.receipt.as_ref().unwrap().position);
                line.amount.to_string()
            }
            Answer::Refused(refused) => {
                format!("{} {}", refused.reason, refused.field_violations[0].field)
            }
        })
        .collect();
    let overdrawn = "OVERDRAWN requests[1].transfers[0].amount";
    let unreadable = "FIELD_INVALID requests[2].transfers[0].from.area";
    assert_eq!(told, ["600", overdrawn, unreadable, "400"]);
    let request = GetBalancesRequest {
        consistency_token: answer.consistency_token,
        filter: Some(account(Stage::Assigned)),
        ..GetBalancesRequest::default()
    };
    assert!(office.balances(request).await.balances.is_empty(), "all of it is cut");
}

async fn a_batch_repeated_writes_nothing(office: Office) {
    let works = office.works(1_000).await;
    let requests: Vec<_> = (0..300)
        .map(|number| {
            let allocation = allocate(&works, 1);
            transfer(if number % 3 == 0 { vec![assign(1), allocation] } else { vec![allocation] })
        })
        .collect();
    let first = office.transfer_all(requests.clone()).await;
    let written = office.head().await;
    let again = office.transfer_all(requests).await;
    assert_eq!(office.head().await, written);
    for (first, again) in first.results.iter().zip(&again.results) {
        let (Some(Answer::Accepted(first)), Some(Answer::Accepted(again))) = (&first.result, &again.result)
        else {
            panic!("should be accepted: {first:?}")
        };
        assert_eq!(first.transfers, again.transfers);
        assert!(again.receipt.as_ref().unwrap().replayed);
    }
}

#[tokio::test]
async fn more_requests_than_one_batch_takes_are_refused() {
    let office = Office::on_sqlite().await;
    let requests = vec![transfer(vec![assign(1)]); 1_001];
    let refused =
        refused(office.ledger.batch_transfer(Request::new(BatchTransferRequest { requests })).await);
    assert_eq!((refused.reason.as_str(), refused.fields), ("TOO_MANY_ITEMS", vec!["requests".to_owned()]));
}
