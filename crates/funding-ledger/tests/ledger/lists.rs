//! Sums by any dimensions, page by page; what the ledger looks up.

use crate::{
    messages::{FINANCE, PROVINCE, account, allocate, assign, moving, transfer},
    office::{Office, accepted, amounts, on_both_stores, refused},
};
use api::funding::{
    Account, GetBalancesRequest, ListReferenceRequest, ListTransfersRequest, Movement, NewTransfer, Stage,
    funding_ledger_server::FundingLedger as _,
};
use kernel::date;
use std::time::Duration;
use tonic::{Code, Request};

on_both_stores![sums_follow_the_tree_and_add_up];

fn of_node(programme: &str, amount: i64) -> NewTransfer {
    let from = Account { programme: programme.to_owned(), ..account(Stage::Grantor) };
    NewTransfer { from: Some(from), ..assign(amount) }
}

fn by(dimensions: &[&str], programme: &str) -> GetBalancesRequest {
    GetBalancesRequest {
        filter: Some(Account {
            stage: Stage::Assigned.into(),
            programme: programme.to_owned(),
            ..Account::default()
        }),
        by: dimensions.iter().map(|&name| name.to_owned()).collect(),
        ..GetBalancesRequest::default()
    }
}

async fn sums_follow_the_tree_and_add_up(office: Office) {
    office
        .transfer(transfer(vec![of_node("GNBV", 5), of_node("GNBV.DA1.TDA1", 70), of_node("DTTS.DA1", 300)]))
        .await;
    let within = async |programme: &str| {
        let rows = office.balances(by(&["programme"], programme)).await.balances;
        rows.iter().map(|row| (row.account.clone().unwrap().programme, row.amount)).collect::<Vec<_>>()
    };
    let gnbv = [("GNBV", 5), ("GNBV.DA1.TDA1", 70), ("GNBV.DA5", 1_000)];
    assert_eq!(within("GNBV").await, gnbv.map(|(code, sum)| (code.to_owned(), sum)));
    assert_eq!(within("GNBV.DA1").await, [("GNBV.DA1.TDA1".to_owned(), 70)]);
    let roots = office.balances(by(&["programme_root"], "")).await.balances;
    let roots: Vec<_> =
        roots.iter().map(|row| (row.account.clone().unwrap().programme, row.amount)).collect();
    assert_eq!(roots, [("DTTS".to_owned(), 300), ("GNBV".to_owned(), 1_075)]);
    let everything =
        ["stage", "programme", "kind", "source", "vintage", "executing_year", "area", "owner", "item"];
    let row = office.balances(by(&everything, "GNBV.DA5")).await.balances.remove(0);
    assert_eq!(row.account, Some(account(Stage::Assigned)));
}

#[tokio::test]
async fn sums_are_told_page_by_page_and_sums_of_nothing_are_left_out() {
    let office = Office::on_sqlite().await.with_money().await;
    let nodes = ["GNBV.DA1", "GNBV.DA2", "GNBV.DA6", "GNBV.DA7"];
    office.transfer(transfer(nodes.map(|node| of_node(node, 10)).into())).await;
    let back = Account { programme: "GNBV.DA2".to_owned(), ..account(Stage::Assigned) };
    office.transfer(transfer(vec![moving(Movement::Cut, back, 10)])).await;
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = GetBalancesRequest { page_size: 2, page_token, ..by(&["programme"], "GNBV") };
        let page = office.balances(request).await;
        assert!(page.balances.len() <= 2);
        assert_eq!(page.position, office.head().await);
        seen.extend(page.balances.into_iter().map(|row| row.account.unwrap().programme));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["GNBV.DA1", "GNBV.DA5", "GNBV.DA6", "GNBV.DA7"]);
}

#[tokio::test]
async fn transfers_are_listed_as_known_on_a_day() {
    let office = Office::on_sqlite().await.with_money().await;
    office.set_today(date(2025, 11, 25));
    let works = office.works(100).await;
    office.transfer(transfer(vec![allocate(&works, 9)])).await;
    let list = async |known_on: &str| {
        let request =
            ListTransfersRequest { known_on: known_on.to_owned(), ..ListTransfersRequest::default() };
        office.list(request).await.transfers.len()
    };
    assert_eq!((list("").await, list("2025-11-25").await, list("2025-11-24").await), (2, 2, 1));
    let of_works = ListTransfersRequest {
        filter: Some(Account { item: works, ..Account::default() }),
        ..ListTransfersRequest::default()
    };
    assert_eq!(office.list(of_works).await.transfers.len(), 1);
}

#[tokio::test]
async fn questions_that_cannot_be_read_are_refused_with_their_field() {
    type Fault = fn(&mut GetBalancesRequest);
    let office = Office::on_sqlite().await.with_money().await;
    let faults: &[(&str, &str, Fault)] = &[
        ("INVALID_DATE", "as_at", |r| r.as_at = "1/7/2025".into()),
        ("INVALID_DATE", "known_on", |r| r.known_on = "1/7/2025".into()),
        ("FIELD_INVALID", "by[0]", |r| r.by = vec!["colour".into()]),
        ("FIELDS_EXCLUSIVE", "by", |r| r.by = vec!["programme".into(), "programme_root".into()]),
        ("PAGE_SIZE_INVALID", "page_size", |r| r.page_size = -1),
        ("PAGE_TOKEN_INVALID", "page_token", |r| r.page_token = "x".into()),
        ("CONSISTENCY_TOKEN_INVALID", "consistency_token", |r| r.consistency_token = "x".into()),
        ("PROGRAMME_UNKNOWN", "filter.programme", |r| r.filter.as_mut().unwrap().programme = "X".into()),
        ("FIELD_INVALID", "filter.kind", |r| r.filter.as_mut().unwrap().kind = "X".into()),
        ("FUNDING_SOURCE_UNKNOWN", "filter.source", |r| r.filter.as_mut().unwrap().source = "X".into()),
        ("FIELD_INVALID", "filter.vintage", |r| r.filter.as_mut().unwrap().vintage = 24),
        ("FIELD_INVALID", "filter.stage", |r| r.filter.as_mut().unwrap().stage = 99),
        ("UNKNOWN_AREA", "filter.area", |r| {
            r.filter.as_mut().unwrap().area = "areas/99999@0001-01-01".into();
        }),
        ("OWNER_UNKNOWN", "filter.owner", |r| r.filter.as_mut().unwrap().owner = "owners/nobody".into()),
        ("FIELD_INVALID", "filter.item", |r| r.filter.as_mut().unwrap().item = "items/42".into()),
    ];
    for (reason, field, fault) in faults {
        let mut request = by(&["stage"], "GNBV");
        fault(&mut request);
        let answer = refused(office.ledger.get_balances(Request::new(request)).await);
        assert_eq!((answer.reason.as_str(), &answer.fields[..]), (*reason, &[(*field).to_owned()][..]));
        assert!(!answer.message_vi.is_ascii() && !answer.message.is_empty());
    }
}

#[tokio::test]
async fn a_reader_waits_for_what_its_token_covers() {
    let office = Office::on_sqlite().await.with_money().await;
    let answer = office.transfer(transfer(vec![assign(1)])).await;
    let mut request = by(&["owner"], "");
    request.consistency_token = answer.receipt.unwrap().consistency_token;
    let balances = office.balances(request.clone()).await.balances;
    assert_eq!(amounts(&balances), [1_001]);
    let row = balances[0].account.clone().unwrap();
    assert_eq!((row.owner.as_str(), row.area.as_str()), (FINANCE, ""), "only what it is summed by");
    assert_ne!(row.area, PROVINCE);

    request.consistency_token = service::request::ConsistencyToken::of("funding", 1_000).to_string();
    let impatient = office.that_waits(Duration::from_millis(20)).await;
    let refused = refused(impatient.get_balances(Request::new(request)).await);
    assert_eq!((refused.reason.as_str(), refused.code), ("NOT_CAUGHT_UP", Code::Unavailable));
}

#[tokio::test]
async fn what_the_ledger_looks_up_is_shown_with_its_marks() {
    let office = Office::on_sqlite().await;
    let shown = accepted(office.ledger.list_reference(Request::new(ListReferenceRequest {})).await);
    let housing = shown.programmes.iter().find(|node| node.code == "GNBV.DA5").unwrap();
    assert_eq!((housing.parent.as_str(), housing.first_year, housing.last_year), ("GNBV", 2021, 2025));
    let credit = shown.sources.iter().find(|source| source.code == "CRE").unwrap();
    assert_eq!((credit.book.as_str(), credit.in_rate), ("loan", false));
    assert!(shown.support_kinds.iter().all(|kind| kind.source.ends_with("[unverified]")));
    let window = shown.windows.iter().find(|window| window.id == "programmes-2022-in-2023").unwrap();
    assert_eq!((window.last_day.as_str(), window.first_vintage), ("Y-12-31", 2022));
}
