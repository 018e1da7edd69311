//! Repeats: one effect and one answer for each request, also after a restart; a transfer is undone once.

use crate::{
    messages::{FINANCE, PROVINCE, account, assign, moving, owner, reversal, transfer, works},
    office::{Office, accepted, on_both_stores, refused},
};
use api::funding::{Movement, Stage, TransferRequest, funding_ledger_server::FundingLedger as _};
use tonic::{Code, Request};

on_both_stores![
    a_repeat_gets_the_first_answer_even_where_the_command_would_now_be_refused,
    a_repeat_after_a_restart_gets_the_first_answer,
    the_same_id_with_another_content_is_refused,
    a_second_reversal_is_the_first,
    racing_repeats_write_once,
];

async fn a_repeat_gets_the_first_answer_even_where_the_command_would_now_be_refused(office: Office) {
    let request = transfer(vec![moving(Movement::Cut, account(Stage::Assigned), 900)]);
    let first = office.transfer(request.clone()).await;
    office.transfer(transfer(vec![moving(Movement::Cut, account(Stage::Assigned), 100)])).await;
    let written = office.head().await;

    let again = office.transfer(request).await;
    assert_eq!(again.balances, first.balances, "as they were right after it");
    assert_eq!(again.transfers, first.transfers);
    let (receipt, first_receipt) = (again.receipt.unwrap(), first.receipt.unwrap());
    assert!(receipt.replayed && !first_receipt.replayed);
    assert_eq!((receipt.position, receipt.recorded_at), (first_receipt.position, first_receipt.recorded_at));
    assert_eq!(office.head().await, written, "nothing was written");
}

async fn a_repeat_after_a_restart_gets_the_first_answer(office: Office) {
    let owner = owner("owners/so-nong-nghiep", PROVINCE, "2020-01-01");
    let item = works(100);
    let transfer = transfer(vec![assign(5)]);
    let first = (
        office.register(owner.clone()).await.owner,
        office.register_item(item.clone()).await.item,
        office.transfer(transfer.clone()).await.transfers,
    );
    let written = office.head().await;
    let restarted = office.another().await;
    let again = (
        accepted(restarted.register_owner(Request::new(owner)).await).owner,
        accepted(restarted.register_item(Request::new(item)).await).item,
        accepted(restarted.transfer(Request::new(transfer)).await).transfers,
    );
    assert_eq!(again, first);
    assert_eq!(office.head().await, written, "nothing was written");
}

async fn the_same_id_with_another_content_is_refused(office: Office) {
    let first = transfer(vec![assign(5)]);
    office.transfer(first.clone()).await;
    let written = office.head().await;
    let mut other = first.clone();
    other.transfers[0].amount = 6;
    let answer = refused(office.ledger.transfer(Request::new(other)).await);
    assert_eq!((answer.reason.as_str(), answer.code), ("REQUEST_ID_REUSED", Code::AlreadyExists));
    assert_eq!(answer.fields, ["header.request_id"]);
    let mut other_command = reversal(&office.transfer(first.clone()).await.transfers[0].name, "2024-07-01");
    other_command.header.clone_from(&first.header);
    let answer = refused(office.ledger.reverse_transfer(Request::new(other_command)).await);
    assert_eq!(answer.reason, "REQUEST_ID_REUSED");
    assert_eq!(office.head().await, written, "nothing was written");

    let fresher = TransferRequest {
        consistency_token: service::request::ConsistencyToken::of("poverty", 1).to_string(),
        ..first
    };
    assert!(office.transfer(fresher).await.receipt.unwrap().replayed, "how fresh it reads is no content");
}

async fn a_second_reversal_is_the_first(office: Office) {
    let given = office.transfer(transfer(vec![assign(7)])).await.transfers.remove(0).name;
    let first = office.reverse(reversal(&given, "2024-07-01")).await;
    let written = office.head().await;
    let second = office.reverse(reversal(&given, "2024-08-01")).await;
    assert_eq!(second.transfers, first.transfers);
    assert_eq!(second.balances, first.balances);
    let (receipt, first_receipt) = (second.receipt.unwrap(), first.receipt.unwrap());
    assert_eq!((receipt.position, receipt.replayed), (first_receipt.position, true));
    assert_eq!(office.head().await, written, "nothing was written");
    let undo = &first.transfers[0].name;
    let refused = refused(office.ledger.reverse_transfer(Request::new(reversal(undo, "2024-08-01"))).await);
    assert_eq!((refused.reason.as_str(), refused.code), ("REVERSAL_OF_REVERSAL", Code::FailedPrecondition));
    assert_eq!(refused.metadata["reversal_of"], given.trim_start_matches("transfers/"));
}

async fn racing_repeats_write_once(office: Office) {
    let before = office.head().await;
    let request = transfer(vec![assign(5)]);
    let given = office.transfer(request.clone()).await.transfers.remove(0).name;
    let calls = (0..20).map(|number| {
        let (ledger, request, given) = (office.ledger.clone(), request.clone(), given.clone());
        tokio::spawn(async move {
            if number % 2 == 0 {
                accepted(ledger.transfer(Request::new(request)).await)
            } else {
                accepted(ledger.reverse_transfer(Request::new(reversal(&given, "2024-07-01"))).await)
            }
        })
    });
    let mut positions = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        positions.push(call.await.unwrap().receipt.unwrap().position);
    }
    positions.sort_unstable();
    positions.dedup();
    assert_eq!(positions, [before + 1, before + 2], "one transfer and one reversal");
    assert_eq!(office.head().await, before + 2);
}

#[tokio::test]
async fn owners_and_items_of_taken_names_are_refused_to_other_requests() {
    let office = Office::on_sqlite().await.with_money().await;
    let refused_owner =
        refused(office.ledger.register_owner(Request::new(owner(FINANCE, PROVINCE, "2020-01-01"))).await);
    assert_eq!((refused_owner.reason.as_str(), refused_owner.code), ("OWNER_EXISTS", Code::AlreadyExists));
    let mut item = works(100);
    item.item_id = office.works(100).await.trim_start_matches("items/").to_owned();
    let refused_item = refused(office.ledger.register_item(Request::new(item)).await);
    assert_eq!((refused_item.reason.as_str(), refused_item.code), ("ITEM_EXISTS", Code::AlreadyExists));
    assert_eq!(refused_item.fields, ["item_id"]);
}
