//! Cases across services: supports of households against what the poverty registry's events say.

use crate::{
    messages::{account, allocate, assign, house, moving, on, settlement, transfer},
    office::{Office, accepted, on_both_stores, refused},
};
use api::funding::{
    Account, CaseOutcome, ListCasesRequest, Movement, NewTransfer, Stage, TransferRequest,
    funding_ledger_server::FundingLedger as _, register_item_request::What,
};
use events::poverty::PovertyClass;
use kernel::date;
use std::time::Duration;
use tonic::{Code, Request};

on_both_stores![
    a_household_that_was_not_eligible_on_the_day_of_the_decision_is_a_case,
    one_household_and_one_kind_from_two_programmes_is_a_case_that_is_explained_and_closed,
];

const SINCE: kernel::Date = date(2023, 12, 20);

fn detail(item: &str, token: &str) -> TransferRequest {
    TransferRequest { consistency_token: token.to_owned(), ..transfer(vec![allocate(item, 40)]) }
}

/// Money of the other programme, and a detail of it on the item.
fn of_dtts(item: &str) -> Vec<NewTransfer> {
    let dtts = |account: Account| Account { programme: "DTTS.DA1".to_owned(), ..account };
    let to = Account { item: item.to_owned(), ..Account::default() };
    let assigned = NewTransfer { to: None, ..moving(Movement::Assign, dtts(account(Stage::Grantor)), 44) };
    let detailed = moving(Movement::Allocate, dtts(account(Stage::Assigned)), 44);
    vec![assigned, NewTransfer { to: Some(to), ..detailed }]
}

async fn a_household_that_was_not_eligible_on_the_day_of_the_decision_is_a_case(office: Office) {
    let (poor, _) = office.household(SINCE, Some(PovertyClass::Poor)).await;
    let (better_off, token) = office.household(SINCE, Some(PovertyClass::NotPoor)).await;
    let answer = office.transfer(detail(&office.house(&poor).await, &token)).await;
    assert!(answer.cases.is_empty(), "{:?}", answer.cases);
    let item = office.house(&better_off).await;
    let answer = office.transfer(detail(&item, &token)).await;
    let [case] = &answer.cases[..] else { panic!("one case: {:?}", answer.cases) };
    assert_eq!(case.rule, "K03");
    assert_eq!(case.lines, [item.clone(), better_off]);
    let input = |key: &str| case.inputs[key].as_str();
    assert_eq!((input("class_known_now"), input("decided_on")), ("NOT_POOR", "2024-03-01"));
    assert_eq!(input("class_known_then"), "NOT_REGISTERED", "it was recorded in 2025");
    assert!(case.question_vi.contains("ngày quyết định") && case.question.contains("eligible"));
    assert!(case.provisional[0].text_vi.contains("chưa được xác minh"), "{:?}", case.provisional);
    assert_eq!(case.outcome(), CaseOutcome::Unspecified);
    assert_eq!(office.cases().await, answer.cases);

    let more = office.transfer(detail(&item, &token)).await;
    assert!(more.cases.is_empty(), "the case is known");
}

async fn one_household_and_one_kind_from_two_programmes_is_a_case_that_is_explained_and_closed(
    office: Office,
) {
    let (household, token) = office.household(SINCE, Some(PovertyClass::NearPoor)).await;
    let (first, second) = (office.house(&household).await, office.house(&household).await);
    office.transfer(detail(&first, &token)).await;
    let request = transfer(of_dtts(&second));
    let answer = office.transfer(request.clone()).await;
    let [case] = &answer.cases[..] else { panic!("one case: {:?}", answer.cases) };
    assert_eq!((case.rule.as_str(), &case.lines), ("K01", &vec![second, first, household]));
    assert_eq!((case.inputs["amount.GNBV"].as_str(), case.inputs["amount.DTTS"].as_str()), ("40", "44"));
    let repeat = office.transfer(request.clone()).await;
    assert_eq!(repeat.cases, answer.cases);

    let stale = service::request::Etag::of(7).to_string();
    let refused_stale =
        refused(office.ledger.settle_case(Request::new(settlement(&case.name, &stale))).await);
    assert_eq!((refused_stale.reason.as_str(), refused_stale.code), ("STALE_ETAG", Code::Aborted));
    let settling = settlement(&case.name, &case.etag);
    let settled = office.settle(settling.clone()).await;
    let closed = settled.case.clone().unwrap();
    assert_eq!(closed.outcome(), CaseOutcome::Explained);
    assert_eq!((closed.settled_on.as_str(), closed.settled_by.as_str()), ("2025-11-23", "anonymous"));
    assert_eq!(closed.document, "Quyết định 15/QĐ-UBND");
    assert_ne!(closed.etag, case.etag);
    assert_eq!(office.settle(settling).await.case, settled.case, "a repeat has the first answer");
    let again = refused(office.ledger.settle_case(Request::new(settlement(&case.name, ""))).await);
    assert_eq!((again.reason.as_str(), again.metadata["by"].as_str()), ("CASE_SETTLED", "anonymous"));
    assert_eq!(office.transfer(request).await.cases, answer.cases, "as it was then");

    let open = ListCasesRequest { open_only: true, ..ListCasesRequest::default() };
    assert!(accepted(office.ledger.list_cases(Request::new(open)).await).cases.is_empty());
    assert_eq!(office.cases().await, [closed]);
}

#[tokio::test]
async fn a_declared_top_up_passes_and_stays_visible() {
    let office = Office::on_sqlite().await.with_money().await;
    let (household, token) = office.household(SINCE, Some(PovertyClass::Poor)).await;
    office.transfer(detail(&office.house(&household).await, &token)).await;
    let mut declared = house(&household);
    let Some(What::Support(support)) = &mut declared.what else { unreachable!() };
    support.top_up = "Nghị quyết 13/2023/NQ-HĐND".to_owned();
    let item = office.register_item(declared).await.item.unwrap();
    let answer = office.transfer(transfer(of_dtts(&item.name))).await;
    assert!(answer.cases.is_empty(), "{:?}", answer.cases);
    assert_eq!(office.cases().await, []);
}

#[tokio::test]
async fn a_class_is_read_as_fresh_as_the_token_asks() {
    let office = Office::on_sqlite().await.with_money().await;
    let (household, _) = office.household(SINCE, Some(PovertyClass::Poor)).await;
    let house = office.house(&household).await;
    let ahead = service::request::ConsistencyToken::of(poverty_view::SOURCE, 1_000).to_string();
    let impatient = office.that_waits(Duration::from_millis(20)).await;
    let refused = refused(impatient.transfer(Request::new(detail(&house, &ahead))).await);
    assert_eq!((refused.reason.as_str(), refused.code), ("NOT_CAUGHT_UP", Code::Unavailable));
    let nothing_to_read = TransferRequest { consistency_token: ahead, ..transfer(vec![assign(1)]) };
    accepted(impatient.transfer(Request::new(nothing_to_read)).await);
}

#[tokio::test]
async fn money_above_the_approved_total_is_a_case_and_no_refusal() {
    let office = Office::on_sqlite().await.with_money().await;
    let works = office.works(100).await;
    let answer = office.transfer(transfer(vec![allocate(&works, 101)])).await;
    assert_eq!(answer.cases[0].rule, "K06");
    assert_eq!(answer.cases[0].provisional, []);
    assert_eq!(answer.cases[0].lines, [works.clone(), answer.transfers[0].name.clone()]);
    let commit = transfer(vec![moving(Movement::Commit, on(Stage::Allocated, &works), 101)]);
    assert!(office.transfer(commit).await.cases.is_empty());
}

#[tokio::test]
async fn cases_are_listed_by_rule_and_page_by_page() {
    let office = Office::on_sqlite().await.with_money().await;
    for _ in 0..3 {
        let works = office.works(1).await;
        office.transfer(transfer(vec![allocate(&works, 2)])).await;
    }
    let list = async |rule: &str, page_token: String| {
        let request =
            ListCasesRequest { rule: rule.to_owned(), page_size: 2, page_token, ..Default::default() };
        office.ledger.list_cases(Request::new(request)).await
    };
    let first = accepted(list("K06", String::new()).await);
    let rest = accepted(list("K06", first.next_page_token).await);
    assert_eq!((first.cases.len(), rest.cases.len(), rest.next_page_token.as_str()), (2, 1, ""));
    assert!(accepted(list("K01", String::new()).await).cases.is_empty());
    let refused = refused(list("K99", String::new()).await);
    assert_eq!((refused.reason.as_str(), &refused.fields[..]), ("FIELD_INVALID", &["rule".to_owned()][..]));
}
