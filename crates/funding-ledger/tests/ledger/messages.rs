//! Requests that are lawful as they stand; tests break them. All names are invented.

use api::{
    funding::{
        Account, HandOverRequest, Movement, NameSuccessorRequest, NewTransfer, RegisterItemRequest,
        RegisterOwnerRequest, ReverseTransferRequest, SettleCaseRequest, Stage, Support, TransferRequest,
        Works, register_item_request::What,
    },
    types::{CommandHeader, Decision},
};
use uuid::Uuid;

pub(crate) const PROVINCE: &str = "areas/12@0001-01-01";
/// Than Uyên, until 2025-06-30.
pub(crate) const DISTRICT: &str = "areas/110@0001-01-01";
/// Xã Phúc Than, until 2025-06-30.
pub(crate) const COMMUNE_BEFORE: &str = "areas/03618@0001-01-01";
/// Xã Mường Than, made of Phúc Than and Mường Mít.
pub(crate) const COMMUNE_SINCE: &str = "areas/03618@2025-07-01";

/// Works for the province.
pub(crate) const FINANCE: &str = "owners/so-tai-chinh";
pub(crate) const DISTRICT_OFFICE: &str = "owners/ubnd-huyen-110";
pub(crate) const COMMUNE_OFFICE: &str = "owners/ubnd-xa-03618-cu";
/// Works for the merged commune.
pub(crate) const MERGED_OFFICE: &str = "owners/ubnd-xa-03618";

pub(crate) fn header() -> Option<CommandHeader> {
    let request_id = Uuid::new_v4().to_string();
    Some(CommandHeader {
        request_id, document: "Quyết định 15/QĐ-UBND".to_owned(), ..Default::default()
    })
}

pub(crate) fn decision() -> Option<Decision> {
    Some(Decision {
        number: "1487/QĐ-UBND".to_owned(),
        signed_on: "2024-01-02".to_owned(),
        issuer: "UBND tỉnh Lai Châu".to_owned(),
        sha256: String::new(),
    })
}

pub(crate) fn owner(name: &str, area: &str, since: &str) -> RegisterOwnerRequest {
    RegisterOwnerRequest {
        header: header(),
        code: name.trim_start_matches("owners/").to_owned(),
        display_name: format!("Đơn vị {name}"),
        area: area.to_owned(),
        effective_date: since.to_owned(),
    }
}

pub(crate) fn successor(owner: &str, successor: &str, since: &str) -> NameSuccessorRequest {
    NameSuccessorRequest {
        header: header(),
        owner: owner.to_owned(),
        successor: successor.to_owned(),
        effective_date: since.to_owned(),
        decision: decision(),
    }
}

pub(crate) fn works(approved_total: i64) -> RegisterItemRequest {
    RegisterItemRequest {
        header: header(),
        item_id: String::new(),
        what: Some(What::Works(Works {
            display_name: "Đường bản Nậm Vai".to_owned(),
            area: COMMUNE_BEFORE.to_owned(),
            asset_type: "road".to_owned(),
            approved_total,
        })),
        effective_date: "2024-01-05".to_owned(),
    }
}

/// A house for the household.
pub(crate) fn house(household: &str) -> RegisterItemRequest {
    RegisterItemRequest {
        header: header(),
        item_id: String::new(),
        what: Some(What::Support(Support {
            kind: "housing".to_owned(),
            household: household.to_owned(),
            decided_on: "2024-03-01".to_owned(),
            quantity: 1,
            unit: "nhà".to_owned(),
            top_up: String::new(),
        })),
        effective_date: "2024-03-01".to_owned(),
    }
}

/// Recurrent central money of GNBV.DA5 for 2024, held by the province's finance department.
pub(crate) fn account(stage: Stage) -> Account {
    Account {
        stage: stage.into(),
        programme: "GNBV.DA5".to_owned(),
        kind: "recurrent".to_owned(),
        source: "CEN".to_owned(),
        vintage: 2024,
        executing_year: 2024,
        area: PROVINCE.to_owned(),
        owner: FINANCE.to_owned(),
        item: String::new(),
    }
}

/// The same on an item.
pub(crate) fn on(stage: Stage, item: &str) -> Account {
    Account { item: item.to_owned(), ..account(stage) }
}

/// A transfer on 2024-06-01; where it goes follows from the movement.
pub(crate) fn moving(movement: Movement, from: Account, amount: i64) -> NewTransfer {
    NewTransfer {
        movement: movement.into(),
        from: Some(from),
        to: None,
        amount,
        effective_date: "2024-06-01".to_owned(),
        evidence: String::new(),
        valuation: None,
        extension: None,
    }
}

pub(crate) fn assign(amount: i64) -> NewTransfer {
    moving(Movement::Assign, account(Stage::Grantor), amount)
}

pub(crate) fn allocate(item: &str, amount: i64) -> NewTransfer {
    let to = Account { item: item.to_owned(), ..Account::default() };
    NewTransfer { to: Some(to), ..moving(Movement::Allocate, account(Stage::Assigned), amount) }
}

/// To another owner and area.
pub(crate) fn share(from: Account, owner: &str, area: &str, amount: i64) -> NewTransfer {
    let to = Account { owner: owner.to_owned(), area: area.to_owned(), ..Account::default() };
    NewTransfer { to: Some(to), ..moving(Movement::HandOver, from, amount) }
}

pub(crate) fn transfer(transfers: Vec<NewTransfer>) -> TransferRequest {
    TransferRequest { header: header(), transfers, decision: decision(), consistency_token: String::new() }
}

pub(crate) fn reversal(transfer: &str, day: &str) -> ReverseTransferRequest {
    ReverseTransferRequest {
        header: header(),
        transfer: transfer.to_owned(),
        effective_date: day.to_owned(),
        reason: "ghi nhầm".to_owned(),
    }
}

pub(crate) fn hand_over(owner: &str, day: &str) -> HandOverRequest {
    HandOverRequest {
        header: header(),
        owner: owner.to_owned(),
        decision: decision(),
        effective_date: day.to_owned(),
    }
}

pub(crate) fn settlement(case: &str, etag: &str) -> SettleCaseRequest {
    SettleCaseRequest {
        header: header(),
        case: case.to_owned(),
        etag: etag.to_owned(),
        outcome: api::funding::CaseOutcome::Explained.into(),
        explanation: "Hỗ trợ thêm theo nghị quyết của HĐND tỉnh".to_owned(),
        effective_date: "2025-11-23".to_owned(),
    }
}
