//! The merger: what an owner holds goes to its successor.

use crate::{
    messages::{
        COMMUNE_BEFORE, COMMUNE_OFFICE, COMMUNE_SINCE, MERGED_OFFICE, account, hand_over, share, successor,
        transfer,
    },
    office::{Office, on_both_stores, refused},
};
use api::funding::{
    Account, GetBalancesRequest, ListOwnersRequest, Movement, Stage,
    funding_ledger_server::FundingLedger as _,
};
use tonic::Request;

on_both_stores![openings_of_the_successor_are_closings_of_the_owner];

async fn openings_of_the_successor_are_closings_of_the_owner(office: Office) {
    office
        .transfer(transfer(vec![share(account(Stage::Assigned), COMMUNE_OFFICE, COMMUNE_BEFORE, 250)]))
        .await;
    let named = office.name_successor(successor(COMMUNE_OFFICE, MERGED_OFFICE, "2025-07-01")).await;
    let ended = named.owner.unwrap();
    assert_eq!((ended.valid_to.as_str(), ended.successor.as_str()), ("2025-06-30", MERGED_OFFICE));

    let request = hand_over(COMMUNE_OFFICE, "2025-07-01");
    let answer = office.hand_over(request.clone()).await;
    assert_eq!((answer.transfers.len(), answer.remaining), (1, 0));
    let handed = &answer.transfers[0];
    assert_eq!((handed.movement(), handed.amount), (Movement::HandOver, 250));
    let to = handed.to.as_ref().unwrap();
    assert_eq!((to.owner.as_str(), to.area.as_str()), (MERGED_OFFICE, COMMUNE_SINCE));
    let again = office.hand_over(request).await;
    assert_eq!(again.transfers, answer.transfers);
    assert!(again.receipt.unwrap().replayed);

    let held_on = async |day: &str| {
        let request = GetBalancesRequest {
            as_at: day.to_owned(),
            filter: Some(Account { stage: Stage::Assigned.into(), ..Account::default() }),
            by: vec!["owner".to_owned()],
            ..GetBalancesRequest::default()
        };
        let rows = office.balances(request).await.balances.into_iter();
        rows.map(|row| (row.account.unwrap().owner, row.amount)).collect::<Vec<_>>()
    };
    let eve = held_on("2025-06-30").await;
    let day = held_on("2025-07-01").await;
    assert!(eve.contains(&(COMMUNE_OFFICE.to_owned(), 250)), "{eve:?}");
    assert!(day.contains(&(MERGED_OFFICE.to_owned(), 250)) && day.len() == eve.len(), "{day:?}");

    let refused =
        refused(office.ledger.hand_over(Request::new(hand_over(COMMUNE_OFFICE, "2025-07-01"))).await);
    assert_eq!(
        (refused.reason.as_str(), &refused.fields[..]),
        ("NOTHING_TO_HAND_OVER", &["owner".to_owned()][..])
    );
}

#[tokio::test]
async fn a_hand_over_that_is_only_validated_leaves_nothing_open_in_its_answer() {
    let office = Office::on_sqlite().await.with_money().await;
    let share = share(account(Stage::Assigned), COMMUNE_OFFICE, COMMUNE_BEFORE, 250);
    office.transfer(transfer(vec![share])).await;
    office.name_successor(successor(COMMUNE_OFFICE, MERGED_OFFICE, "2025-07-01")).await;
    let before = office.head().await;
    let mut request = hand_over(COMMUNE_OFFICE, "2025-07-01");
    request.header.as_mut().unwrap().validate_only = true;
    let answer = office.hand_over(request).await;
    assert_eq!((answer.transfers.len(), answer.remaining, answer.receipt), (1, 0, None));
    assert_eq!(office.head().await, before);
}

#[tokio::test]
async fn owners_are_listed_by_code_page_by_page() {
    let office = Office::on_sqlite().await.with_money().await;
    let list = async |page_token: String| {
        let request = ListOwnersRequest { page_size: 3, page_token };
        crate::office::accepted(office.ledger.list_owners(Request::new(request)).await)
    };
    let first = list(String::new()).await;
    let names: Vec<_> = first.owners.iter().map(|owner| owner.name.as_str()).collect();
    assert_eq!(names, ["owners/so-tai-chinh", "owners/ubnd-huyen-110", "owners/ubnd-xa-03618"]);
    assert_eq!(first.owners[1].area.as_ref().unwrap().display_name, "Huyện Than Uyên");
    let rest = list(first.next_page_token).await;
    assert_eq!((rest.owners[0].name.as_str(), rest.next_page_token.as_str()), (COMMUNE_OFFICE, ""));
}
