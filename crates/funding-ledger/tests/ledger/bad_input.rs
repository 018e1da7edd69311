//! Each way in which a request is wrong: reason, field, texts, and nothing changed.

use crate::{
    messages::{
        COMMUNE_OFFICE, COMMUNE_SINCE, DISTRICT, FINANCE, MERGED_OFFICE, PROVINCE, account, allocate,
        decision, hand_over, house, moving, on, owner, reversal, settlement, successor, transfer, works,
    },
    office::{Office, Refused, refused},
};
use api::{
    funding::{
        Account, Movement, NameSuccessorRequest, NewTransfer, RegisterItemRequest, RegisterOwnerRequest,
        ReverseTransferRequest, SettleCaseRequest, Stage, TransferRequest, Valuation,
        funding_ledger_server::FundingLedger as _, register_item_request::What,
    },
    types::Decision,
};
use tonic::{Code, Request};
use uuid::Uuid;

#[track_caller]
fn says(refused: &Refused, code: Code, reason: &str, field: &str) {
    assert_eq!((refused.reason.as_str(), refused.code), (reason, code), "{}", refused.message);
    assert!(refused.fields.iter().any(|known| known == field), "{field} is not among {:?}", refused.fields);
    assert!(!refused.message_vi.is_ascii() && refused.message_vi.ends_with('.'), "{}", refused.message_vi);
    assert!(
        !refused.message_vi.contains("không rõ") && !refused.message.contains("unknown"),
        "{}",
        refused.message
    );
}

/// Breaks a request in one way.
type Break<Request> = fn(&mut Request);

/// A payment of committed works, broken in one way.
type Fault = fn(&mut TransferRequest, &str);

fn from(request: &mut TransferRequest) -> &mut Account {
    request.transfers[0].from.as_mut().unwrap()
}

fn to(request: &mut TransferRequest) -> &mut Account {
    request.transfers[0].to.get_or_insert_default()
}

#[tokio::test]
async fn a_payment_is_refused_for_each_of_its_faults() {
    let invalid = Code::InvalidArgument;
    let failed = Code::FailedPrecondition;
    let faults: &[(Code, &str, &str, Fault)] = &[
        (invalid, "REQUEST_ID_MISSING", "header.request_id", |r, _| r.header = None),
        (invalid, "REQUEST_ID_INVALID", "header.request_id", |r, _| {
            r.header.as_mut().unwrap().request_id = "42".into();
        }),
        (invalid, "FIELD_MISSING", "decision", |r, _| r.decision = None),
        (invalid, "FIELD_MISSING", "decision.number", |r, _| r.decision.as_mut().unwrap().number.clear()),
        (invalid, "FIELD_MISSING", "decision.issuer", |r, _| r.decision.as_mut().unwrap().issuer.clear()),
        (invalid, "FIELD_MISSING", "decision.signed_on", |r, _| {
            r.decision.as_mut().unwrap().signed_on.clear();
        }),
        (invalid, "FIELD_INVALID", "decision.sha256", |r, _| {
            r.decision.as_mut().unwrap().sha256 = "ff".into();
        }),
        (invalid, "FUTURE_DATE", "decision.signed_on", |r, _| {
            r.decision.as_mut().unwrap().signed_on = "2025-11-24".into();
        }),
        (invalid, "CONSISTENCY_TOKEN_INVALID", "consistency_token", |r, _| r.consistency_token = "x".into()),
        (invalid, "FIELD_MISSING", "transfers", |r, _| r.transfers.clear()),
        (invalid, "TOO_MANY_ITEMS", "transfers", |r, _| r.transfers = vec![r.transfers[0].clone(); 1_001]),
        (invalid, "FIELD_MISSING", "transfers[0].movement", |r, _| r.transfers[0].movement = 0),
        (invalid, "FIELD_INVALID", "transfers[0].movement", |r, _| r.transfers[0].movement = 99),
        (invalid, "FIELD_MISSING", "transfers[0].from", |r, _| r.transfers[0].from = None),
        (invalid, "FIELD_MISSING", "transfers[0].from.stage", |r, _| from(r).stage = 0),
        (invalid, "FIELD_MISSING", "transfers[0].from.programme", |r, _| from(r).programme.clear()),
        (invalid, "FIELD_MISSING", "transfers[0].from.kind", |r, _| from(r).kind.clear()),
        (invalid, "FIELD_INVALID", "transfers[0].from.kind", |r, _| from(r).kind = "gold".into()),
        (invalid, "FIELD_MISSING", "transfers[0].from.source", |r, _| from(r).source.clear()),
        (invalid, "FIELD_MISSING", "transfers[0].from.vintage", |r, _| from(r).vintage = 0),
        (invalid, "FIELD_INVALID", "transfers[0].from.vintage", |r, _| from(r).vintage = 24),
        (invalid, "FIELD_MISSING", "transfers[0].from.executing_year", |r, _| from(r).executing_year = 0),
        (invalid, "FIELD_MISSING", "transfers[0].from.area", |r, _| from(r).area.clear()),
        (invalid, "FIELD_INVALID", "transfers[0].from.area", |r, _| from(r).area = "03618".into()),
        (invalid, "FIELD_MISSING", "transfers[0].from.owner", |r, _| from(r).owner.clear()),
        (invalid, "FIELD_INVALID", "transfers[0].from.owner", |r, _| from(r).owner = "owners/Sở".into()),
        (invalid, "FIELD_INVALID", "transfers[0].from.item", |r, _| from(r).item = "items/42".into()),
        (invalid, "FIELD_INVALID", "transfers[0].to.area", |r, _| to(r).area = "03618".into()),
        (invalid, "INVALID_DATE", "transfers[0].effective_date", |r, _| {
            r.transfers[0].effective_date = "1/6/2024".into();
        }),
        (invalid, "FIELD_INVALID", "transfers[0].evidence", |r, _| r.transfers[0].evidence = "x".repeat(301)),
        (invalid, "AMOUNT_OUT_OF_RANGE", "transfers[0].amount", |r, _| r.transfers[0].amount = 0),
        (invalid, "AMOUNT_OUT_OF_RANGE", "transfers[0].amount", |r, _| r.transfers[0].amount = i64::MAX),
        (failed, "OVERDRAWN", "transfers[0].amount", |r, _| r.transfers[0].amount = 91),
        (invalid, "MOVEMENT_NOT_ALLOWED", "transfers[0].movement", |r, _| {
            r.transfers[0].movement = Movement::Settle.into();
        }),
        (invalid, "FIELD_INVALID", "transfers[0].to.stage", |r, _| to(r).stage = Stage::Settled.into()),
        (invalid, "DIMENSION_CHANGED", "transfers[0].to.owner", |r, _| to(r).owner = COMMUNE_OFFICE.into()),
        (invalid, "DIMENSION_CHANGED", "transfers[0].to.vintage", |r, _| to(r).vintage = 2023),
        (invalid, "PROGRAMME_UNKNOWN", "transfers[0].from.programme", |r, _| from(r).programme = "X".into()),
        (invalid, "NODE_NOT_IN_YEARS", "transfers[0].from.vintage", |r, _| {
            (from(r).vintage, from(r).executing_year) = (2026, 2026);
        }),
        (invalid, "FUNDING_SOURCE_UNKNOWN", "transfers[0].from.source", |r, _| from(r).source = "X".into()),
        (invalid, "FUNDING_SOURCE_MISMATCH", "transfers[0].from.source", |r, _| {
            from(r).source = "CRE".into();
        }),
        (invalid, "EXECUTING_YEAR_TOO_EARLY", "transfers[0].from.executing_year", |r, _| {
            from(r).executing_year = 2023;
        }),
        (invalid, "FUTURE_DATE", "transfers[0].effective_date", |r, _| {
            r.transfers[0].effective_date = "2025-11-24".into();
        }),
        (invalid, "DATE_BEFORE_VINTAGE", "transfers[0].effective_date", |r, _| {
            r.transfers[0].effective_date = "2023-12-31".into();
        }),
        (failed, "AFTER_WINDOW", "transfers[0].effective_date", |r, _| {
            r.transfers[0].effective_date = "2025-02-01".into();
        }),
        (failed, "AFTER_EXTENSION", "transfers[0].effective_date", |r, _| {
            (from(r).vintage, from(r).executing_year) = (2022, 2023);
            r.transfers[0].effective_date = "2024-01-01".into();
            r.transfers[0].extension = decision();
        }),
        (invalid, "FIELD_MISSING", "transfers[0].extension.number", |r, _| {
            r.transfers[0].extension = Some(Decision { number: String::new(), ..decision().unwrap() });
        }),
        (invalid, "UNKNOWN_AREA", "transfers[0].from.area", |r, _| {
            from(r).area = "areas/99999@0001-01-01".into();
        }),
        (invalid, "AREA_NOT_IN_FORCE", "transfers[0].from.area", |r, _| from(r).area = COMMUNE_SINCE.into()),
        (invalid, "OWNER_UNKNOWN", "transfers[0].from.owner", |r, _| from(r).owner = "owners/nobody".into()),
        (invalid, "OWNER_NOT_IN_OFFICE", "transfers[0].from.owner", |r, _| {
            from(r).owner = MERGED_OFFICE.into();
        }),
        (invalid, "ITEM_MISSING", "transfers[0].from.item", |r, _| from(r).item.clear()),
        (invalid, "ITEM_UNKNOWN", "transfers[0].from.item", |r, _| {
            from(r).item = format!("items/{}", Uuid::new_v4());
        }),
        (invalid, "VALUATION_NOT_TAKEN", "transfers[0].valuation", |r, _| {
            r.transfers[0].valuation = Some(labour());
        }),
        (invalid, "FIELD_MISSING", "transfers[0].valuation.quantity", |r, _| {
            r.transfers[0].valuation = Some(Valuation { quantity: String::new(), ..labour() });
        }),
        (invalid, "ITEM_TOO_EARLY", "transfers[0].from.item", |r, item| {
            r.transfers = vec![NewTransfer { from: Some(on(Stage::Assigned, item)), ..allocate(item, 1) }];
        }),
        (invalid, "NODE_NOT_WITHIN", "transfers[0].to.programme", |r, item| {
            r.transfers = vec![allocate(item, 1)];
            to(r).programme = "GNBV.DA6".into();
        }),
        (invalid, "SAME_ACCOUNT", "transfers[0].to", |r, _| {
            r.transfers = vec![moving(Movement::HandOver, account(Stage::Assigned), 1)];
        }),
        (invalid, "EXECUTING_YEAR_NOT_NEXT", "transfers[0].to.executing_year", |r, _| {
            r.transfers = vec![moving(Movement::CarryOver, account(Stage::Assigned), 1)];
            to(r).executing_year = 2026;
        }),
        (invalid, "FUNDING_SOURCE_NOT_TAKEN", "transfers[0].from.source", |r, _| {
            let from = Account { source: "REV".into(), ..account(Stage::Grantor) };
            r.transfers = vec![moving(Movement::Assign, from, 1)];
        }),
        (invalid, "FUNDING_SOURCE_ENDED", "transfers[0].effective_date", |r, _| {
            let from = Account { source: "DST".into(), ..account(Stage::Grantor) };
            r.transfers = vec![moving(Movement::Assign, from, 1)];
            r.transfers[0].effective_date = "2025-07-01".into();
        }),
        (invalid, "VALUATION_MISSING", "transfers[0].valuation", |r, item| {
            let from = Account { kind: "in_kind".into(), source: "CLA".into(), ..on(Stage::Grantor, item) };
            r.transfers = vec![moving(Movement::Contribute, from, 2_500)];
        }),
        (invalid, "VALUATION_MISMATCH", "transfers[0].amount", |r, item| {
            let from = Account { kind: "in_kind".into(), source: "CLA".into(), ..on(Stage::Grantor, item) };
            r.transfers = vec![moving(Movement::Contribute, from, 2_499)];
            r.transfers[0].valuation = Some(labour());
        }),
        (invalid, "NUMBER_NOT_POSITIVE", "transfers[0].valuation.unit_price", |r, item| {
            let from = Account { kind: "in_kind".into(), source: "CLA".into(), ..on(Stage::Grantor, item) };
            r.transfers = vec![moving(Movement::Contribute, from, 2_499)];
            r.transfers[0].valuation = Some(Valuation { unit_price: 0, ..labour() });
        }),
    ];
    let office = Office::on_sqlite().await.with_money().await;
    let item = office.works(500).await;
    let commit = moving(Movement::Commit, on(Stage::Allocated, &item), 90);
    office.transfer(transfer(vec![allocate(&item, 90), commit])).await;
    let before = office.head().await;
    for (code, reason, field, fault) in faults {
        let mut request = transfer(vec![moving(Movement::Pay, on(Stage::Committed, &item), 50)]);
        fault(&mut request, &item);
        let refused = refused(office.ledger.transfer(Request::new(request)).await);
        says(&refused, *code, reason, field);
    }
    assert_eq!(office.head().await, before, "nothing was written");
    let lawful = transfer(vec![moving(Movement::Pay, on(Stage::Committed, &item), 90)]);
    office.transfer(lawful).await;
}

fn labour() -> Valuation {
    Valuation {
        quantity: "12.5".to_owned(),
        unit: "ngày công".to_owned(),
        unit_price: 200,
        price_basis: "Nghị quyết 12/2023/NQ-HĐND".to_owned(),
        valuer: "Ban phát triển bản".to_owned(),
        valued_on: "2024-05-01".to_owned(),
    }
}

#[tokio::test]
async fn an_overdraft_names_stage_owner_programme_amounts_and_day() {
    let office = Office::on_sqlite().await.with_money().await;
    let request = transfer(vec![moving(Movement::Cut, account(Stage::Assigned), 1_001)]);
    let refused = refused(office.ledger.transfer(Request::new(request)).await);
    let told = |key: &str| refused.metadata[key].as_str();
    assert_eq!(told("stage"), "đã giao, chưa phân bổ chi tiết (ASSIGNED)");
    assert_eq!((told("owner"), told("programme")), ("so-tai-chinh", "GNBV.DA5"));
    assert_eq!((told("available"), told("asked"), told("date")), ("1.000 đ", "1.001 đ", "2024-06-01"));
}

#[tokio::test]
async fn a_movement_that_the_table_does_not_have_is_refused_with_those_it_has() {
    let office = Office::on_sqlite().await.with_money().await;
    let request = transfer(vec![moving(Movement::Pay, account(Stage::Assigned), 1)]);
    let refused = refused(office.ledger.transfer(Request::new(request)).await);
    assert_eq!(refused.metadata["allowed"], "CUT, HAND_OVER, ALLOCATE, CARRY_OVER, CANCEL");
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let office = Office::on_sqlite().await.with_money().await;
    let mut request = transfer(vec![moving(Movement::Pay, account(Stage::Assigned), 1); 2]);
    request.decision.as_mut().unwrap().issuer.clear();
    from(&mut request).kind.clear();
    request.transfers[1].effective_date.clear();
    let refused = refused(office.ledger.transfer(Request::new(request)).await);
    let fields = ["decision.issuer", "transfers[0].from.kind", "transfers[1].effective_date"];
    assert_eq!(refused.fields, fields);
}

#[tokio::test]
async fn owners_and_successors_are_refused_for_each_of_their_faults() {
    let office = Office::on_sqlite().await.with_money().await;
    let before = office.head().await;
    let invalid = Code::InvalidArgument;
    let owners: &[(&str, &str, Break<RegisterOwnerRequest>)] = &[
        ("FIELD_MISSING", "code", |r| r.code.clear()),
        ("FIELD_INVALID", "code", |r| r.code = "Sở Tài chính".into()),
        ("FIELD_MISSING", "display_name", |r| r.display_name = "  ".into()),
        ("FIELD_INVALID", "display_name", |r| r.display_name = "Sở\u{200b}".into()),
        ("FIELD_INVALID", "area", |r| r.area = "12".into()),
        ("UNKNOWN_AREA", "area", |r| r.area = "areas/99999@0001-01-01".into()),
        ("AREA_NOT_IN_FORCE", "area", |r| {
            r.area = DISTRICT.into();
            r.effective_date = "2025-07-01".into();
        }),
        ("FUTURE_DATE", "effective_date", |r| r.effective_date = "2025-11-24".into()),
    ];
    for (reason, field, fault) in owners {
        let mut request = owner("owners/so-moi", PROVINCE, "2020-01-01");
        fault(&mut request);
        says(&refused(office.ledger.register_owner(Request::new(request)).await), invalid, reason, field);
    }
    let successors: &[(Code, &str, &str, Break<NameSuccessorRequest>)] = &[
        (invalid, "FIELD_MISSING", "owner", |r| r.owner.clear()),
        (invalid, "OWNER_UNKNOWN", "owner", |r| r.owner = "owners/nobody".into()),
        (invalid, "OWNER_UNKNOWN", "successor", |r| r.successor = "owners/nobody".into()),
        (invalid, "SUCCESSOR_IS_OWNER", "successor", |r| r.successor = COMMUNE_OFFICE.into()),
        (invalid, "SUCCESSOR_TOO_EARLY", "effective_date", |r| r.effective_date = "2020-01-01".into()),
        (invalid, "OWNER_NOT_IN_OFFICE", "successor", |r| r.effective_date = "2025-06-30".into()),
        (invalid, "FIELD_MISSING", "decision", |r| r.decision = None),
    ];
    for (code, reason, field, fault) in successors {
        let mut request = successor(COMMUNE_OFFICE, MERGED_OFFICE, "2025-07-01");
        fault(&mut request);
        says(&refused(office.ledger.name_successor(Request::new(request)).await), *code, reason, field);
    }
    assert_eq!(office.head().await, before, "nothing was written");
    office.name_successor(successor(COMMUNE_OFFICE, MERGED_OFFICE, "2025-07-01")).await;
    let second = successor(COMMUNE_OFFICE, FINANCE, "2025-07-01");
    let refused_second = refused(office.ledger.name_successor(Request::new(second)).await);
    says(&refused_second, Code::FailedPrecondition, "SUCCESSOR_NAMED", "owner");
    let none = hand_over(FINANCE, "2025-07-01");
    let refused_none = refused(office.ledger.hand_over(Request::new(none)).await);
    says(&refused_none, Code::FailedPrecondition, "SUCCESSOR_MISSING", "owner");
}

fn given_support(request: &mut RegisterItemRequest) -> &mut api::funding::Support {
    let Some(What::Support(support)) = &mut request.what else { unreachable!() };
    support
}

fn given_works(request: &mut RegisterItemRequest) -> &mut api::funding::Works {
    let Some(What::Works(works)) = &mut request.what else { unreachable!() };
    works
}

#[tokio::test]
async fn items_are_refused_for_each_of_their_faults() {
    let office = Office::on_sqlite().await;
    let invalid = Code::InvalidArgument;
    let of_works: &[(&str, &str, Break<RegisterItemRequest>)] = &[
        ("FIELD_MISSING", "what", |r| r.what = None),
        ("FIELD_INVALID", "item_id", |r| r.item_id = "42".into()),
        ("FIELD_MISSING", "effective_date", |r| r.effective_date.clear()),
        ("FIELD_MISSING", "works.display_name", |r| given_works(r).display_name.clear()),
        ("FIELD_INVALID", "works.asset_type", |r| given_works(r).asset_type = "Đường".into()),
        ("NUMBER_NOT_POSITIVE", "works.approved_total", |r| given_works(r).approved_total = 0),
        ("AREA_NOT_IN_FORCE", "works.area", |r| given_works(r).area = COMMUNE_SINCE.into()),
    ];
    for (reason, field, fault) in of_works {
        let mut request = works(100);
        fault(&mut request);
        says(&refused(office.ledger.register_item(Request::new(request)).await), invalid, reason, field);
    }
    let of_support: &[(&str, &str, Break<RegisterItemRequest>)] = &[
        ("FIELD_MISSING", "support.kind", |r| given_support(r).kind.clear()),
        ("SUPPORT_KIND_UNKNOWN", "support.kind", |r| given_support(r).kind = "boat".into()),
        ("FIELD_INVALID", "support.household", |r| given_support(r).household = "42".into()),
        ("NUMBER_NOT_POSITIVE", "support.quantity", |r| given_support(r).quantity = 0),
        ("FIELD_MISSING", "support.unit", |r| given_support(r).unit.clear()),
        ("FUTURE_DATE", "support.decided_on", |r| given_support(r).decided_on = "2025-11-24".into()),
    ];
    for (reason, field, fault) in of_support {
        let mut request = house(&format!("households/{}", Uuid::new_v4()));
        fault(&mut request);
        says(&refused(office.ledger.register_item(Request::new(request)).await), invalid, reason, field);
    }
    assert_eq!(office.head().await, 0, "nothing was written");
}

#[tokio::test]
async fn reversals_and_settlements_are_refused_for_each_of_their_faults() {
    let office = Office::on_sqlite().await.with_money().await;
    let works = office.works(1).await;
    let answer = office.transfer(transfer(vec![allocate(&works, 2)])).await;
    let (given, case) = (&answer.transfers[0].name, &answer.cases[0].name);
    let before = office.head().await;
    let invalid = Code::InvalidArgument;
    let reversals: &[(Code, &str, &str, Break<ReverseTransferRequest>)] = &[
        (invalid, "FIELD_MISSING", "transfer", |r| r.transfer.clear()),
        (invalid, "FIELD_INVALID", "transfer", |r| r.transfer = "42".into()),
        (Code::NotFound, "TRANSFER_NOT_FOUND", "transfer", |r| {
            r.transfer = format!("transfers/{}", Uuid::new_v4());
        }),
        (invalid, "REVERSAL_TOO_EARLY", "effective_date", |r| r.effective_date = "2024-05-31".into()),
        (invalid, "FUTURE_DATE", "effective_date", |r| r.effective_date = "2025-11-24".into()),
        (invalid, "FIELD_MISSING", "reason", |r| r.reason = " ".into()),
    ];
    for (code, reason, field, fault) in reversals {
        let mut request = reversal(given, "2024-07-01");
        fault(&mut request);
        says(&refused(office.ledger.reverse_transfer(Request::new(request)).await), *code, reason, field);
    }
    let settlements: &[(Code, &str, &str, Break<SettleCaseRequest>)] = &[
        (invalid, "FIELD_MISSING", "case", |r| r.case.clear()),
        (Code::NotFound, "CASE_NOT_FOUND", "case", |r| r.case = format!("cases/{}", Uuid::new_v4())),
        (invalid, "ETAG_INVALID", "etag", |r| r.etag = "7".into()),
        (invalid, "FIELD_MISSING", "outcome", |r| r.outcome = 0),
        (invalid, "FIELD_INVALID", "outcome", |r| r.outcome = 99),
        (invalid, "FIELD_MISSING", "explanation", |r| r.explanation.clear()),
        (invalid, "FIELD_MISSING", "header.document", |r| r.header.as_mut().unwrap().document.clear()),
        (invalid, "FUTURE_DATE", "effective_date", |r| r.effective_date = "2025-11-24".into()),
        (invalid, "FIELD_INVALID", "effective_date", |r| r.effective_date = "2024-05-31".into()),
    ];
    for (code, reason, field, fault) in settlements {
        let mut request = settlement(case, "");
        fault(&mut request);
        says(&refused(office.ledger.settle_case(Request::new(request)).await), *code, reason, field);
    }
    assert_eq!(office.head().await, before, "nothing was written");
}
