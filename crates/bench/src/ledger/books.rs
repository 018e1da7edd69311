//! What is transferred: money of one budget line that was assigned to many owners, detailed and committed before, is paid out
//! in small sums. Every payment debits an account that other callers debit too.

use crate::program::Server;
use anyhow::{Context, Result};
use api::{
    funding::{
        Account, Movement, NewTransfer, RegisterItemRequest, RegisterOwnerRequest, Stage, TransferRequest,
        Works, funding_ledger_client::FundingLedgerClient, register_item_request::What,
    },
    types::{CommandHeader, Decision},
};
use std::ops::Range;
use uuid::Uuid;

/// The units of 2025-07-01 that were not there before, each with an owner and an account: all callers meet on them.
const AREAS: [&str; 38] = [
    "03388", "03390", "03394", "03405", "03408", "03424", "03430", "03433", "03434", "03439", "03442",
    "03445", "03451", "03460", "03463", "03466", "03472", "03478", "03487", "03503", "03508", "03517",
    "03529", "03532", "03538", "03544", "03549", "03562", "03571", "03583", "03595", "03598", "03601",
    "03613", "03616", "03618", "03637", "03640",
];
const PROGRAMME: &str = "GNBV.DA2";
const YEAR: i32 = 2025;
const ON: &str = "2025-08-01";
/// Đồng on each account: more than a run can pay out.
const COMMITTED: i64 = 1_000_000_000_000;

/// The accounts, filled.
#[derive(Debug)]
pub(super) struct Books {
    accounts: Vec<Account>,
}

impl Books {
    /// Enters the owners and brings money to each: assigned, allocated, committed.
    pub(super) async fn open(ledger: &Server) -> Result<Self> {
        let mut client = FundingLedgerClient::new(ledger.channel.clone());
        let mut accounts = Vec::new();
        for code in AREAS {
            let area = format!("areas/{code}@2025-07-01");
            let owner = format!("ubnd-{code}");
            let registered = client.register_owner(RegisterOwnerRequest {
                header: header(),
                code: owner.clone(),
                display_name: format!("UBND {code}"),
                area: area.clone(),
                effective_date: "2025-07-01".to_owned(),
            });
            registered.await?;
            let works = Works {
                display_name: format!("Công trình {code} (synthetic)"),
                area: area.clone(),
                asset_type: "road".to_owned(),
                approved_total: COMMITTED,
            };
            let registered = client.register_item(RegisterItemRequest {
                header: header(),
                what: Some(What::Works(works)),
                effective_date: ON.to_owned(),
                ..RegisterItemRequest::default()
            });
            let item = registered.await?.into_inner().item.context("an answer without the item")?.name;
            let account = |stage: Stage| Account {
                stage: stage.into(),
                programme: PROGRAMME.to_owned(),
                kind: "recurrent".to_owned(),
                source: "CEN".to_owned(),
                vintage: YEAR,
                executing_year: YEAR,
                area: area.clone(),
                owner: format!("owners/{owner}"),
                item: if matches!(stage, Stage::Grantor | Stage::Assigned) {
                    String::new()
                } else {
                    item.clone()
                },
            };
            let step = |movement: Movement, from: Stage, to: Stage| NewTransfer {
                movement: movement.into(),
                from: Some(account(from)),
                to: Some(account(to)),
                amount: COMMITTED,
                effective_date: ON.to_owned(),
                ..NewTransfer::default()
            };
            let transfers = vec![
                step(Movement::Assign, Stage::Grantor, Stage::Assigned),
                step(Movement::Allocate, Stage::Assigned, Stage::Allocated),
                step(Movement::Commit, Stage::Allocated, Stage::Committed),
            ];
            client.transfer(request(transfers)).await?;
            accounts.push(account(Stage::Committed));
        }
        Ok(Self { accounts })
    }

    /// Payments of that caller under one decision, others for other numbers.
    pub(super) fn payments(&self, caller: usize, numbers: Range<usize>) -> TransferRequest {
        let payment = |number: usize| {
            let from = self.accounts[(caller * 7 + number) % self.accounts.len()].clone();
            let to = Account { stage: Stage::Paid.into(), ..from.clone() };
            NewTransfer {
                movement: Movement::Pay.into(),
                from: Some(from),
                to: Some(to),
                amount: 1_000 + i64::try_from(number % 1_000).unwrap_or(0),
                effective_date: ON.to_owned(),
                ..NewTransfer::default()
            }
        };
        request(numbers.map(payment).collect())
    }
}

fn request(transfers: Vec<NewTransfer>) -> TransferRequest {
    TransferRequest {
        header: header(),
        transfers,
        decision: Some(Decision {
            number: "1/QĐ-UBND".to_owned(),
            signed_on: ON.to_owned(),
            issuer: "UBND tỉnh (synthetic)".to_owned(),
            ..Decision::default()
        }),
        ..TransferRequest::default()
    }
}

/// Request ids in time: with random ones every index grows everywhere at once.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
fn header() -> Option<CommandHeader> {
    Some(CommandHeader { request_id: Uuid::now_v7().to_string(), ..CommandHeader::default() })
}
